// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/order.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "data/hold_out.h"
#include "test_main.h"

using namespace plumb;

class TestOrder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void every_epoch_is_another_permutation() {
        DataOrder order(3, 50, true);
        const auto first = order.next(50);
        const auto second = order.next(50);
        std::vector<std::int64_t> all(50);
        std::iota(all.begin(), all.end(), 0);
        QVERIFY(std::is_permutation(first.begin(), first.end(), all.begin()));
        QVERIFY(std::is_permutation(second.begin(), second.end(), all.begin()));
        QVERIFY(first != second);
        QVERIFY(first != all);
        QVERIFY(first != DataOrder(4, 50, true).next(50));
    }

    void without_shuffle_rows_come_in_order() {
        DataOrder order(3, 3, false);
        QCOMPARE(order.next(7), (std::vector<std::int64_t>{0, 1, 2, 0, 1, 2, 0}));
        QCOMPARE(order.epoch(), 7.0 / 3.0);
    }

    void goes_on_from_any_position() {
        DataOrder whole(9, 7, true);
        const auto rows = whole.next(30);
        for (const std::int64_t start : {0, 5, 7, 13, 29}) {
            DataOrder resumed(9, 7, true);
            resumed.seek(start);
            for (std::int64_t i = start; i < 30; ++i)
                QCOMPARE(resumed.next(), rows[static_cast<std::size_t>(i)]);
            QCOMPARE(resumed.position(), 30);
        }
        QCOMPARE(whole.at(12), rows[12]);
        QCOMPARE(whole.at(3), rows[3]);
    }

    void held_out_rows_are_apart_and_stay_the_same() {
        const HoldOut many = hold_out(1000, 150, 1);
        QCOMPARE(many.held_out.size(), std::size_t{150});
        QCOMPARE(many.training.size(), std::size_t{850});
        std::set<std::int64_t> all(many.training.begin(), many.training.end());
        all.insert(many.held_out.begin(), many.held_out.end());
        QCOMPARE(all.size(), std::size_t{1000});
        QVERIFY(std::ranges::is_sorted(many.held_out));
        QVERIFY(std::ranges::is_sorted(many.training));

        const HoldOut few = hold_out(1000, 20, 1);
        QVERIFY(std::ranges::includes(many.held_out, few.held_out));
        QVERIFY(hold_out(1000, 20, 2).held_out != few.held_out);
    }

    void at_most_a_fifth_is_held_out() {
        QCOMPARE(hold_out(100, 256, 0).held_out.size(), std::size_t{20});
        QCOMPARE(hold_out(2, 256, 0).held_out.size(), std::size_t{1});
    }
};

PLUMB_REGISTER_TEST(TestOrder)
#include "order_test.moc"
