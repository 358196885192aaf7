// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/label_places.h"

#include "base/random.h"
#include "test_main.h"

using namespace plumb;

class TestLabelPlaces : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void no_two_texts_overlap_and_none_leaves_the_area() {
        Random random(3);
        const PixelBox area{10, 20, 300, 200};
        std::vector<LabelWish> wishes;
        for (int i = 0; i < 40; ++i)
            wishes.push_back({10 + 300 * random.uniform(), 20 + 200 * random.uniform(), 40, 12});
        const auto places = place_labels(wishes, area, 4);
        QCOMPARE(places.size(), wishes.size());
        std::vector<PixelBox> placed;
        for (const auto& place : places)
            if (place) placed.push_back(*place);
        QVERIFY(placed.size() > 10);
        for (std::size_t i = 0; i < placed.size(); ++i) {
            QVERIFY(placed[i].left >= 10 && placed[i].right() <= 310);
            QVERIFY(placed[i].top >= 20 && placed[i].bottom() <= 220);
            for (std::size_t k = 0; k < i; ++k) QVERIFY(!placed[i].overlaps(placed[k]));
            for (const LabelWish& point : wishes)
                QVERIFY(!placed[i].overlaps({point.x - 4, point.y - 4, 8, 8}));
        }
    }

    void a_lone_point_has_its_text_and_an_empty_text_needs_no_place() {
        const PixelBox area{0, 0, 200, 100};
        const std::vector<LabelWish> wishes = {{50, 50, 30, 12}, {100, 50, 0, 12}};
        const auto places = place_labels(wishes, area, 4);
        QVERIFY(places[0] && !places[1]);
        QVERIFY(places[0]->left > 50);
        // At the right edge it stands on the left.
        const std::vector<LabelWish> edge = {{190, 50, 30, 12}};
        QVERIFY(place_labels(edge, area, 4)[0]->right() < 190);
    }
};

PLUMB_REGISTER_TEST(TestLabelPlaces)
#include "label_places_test.moc"
