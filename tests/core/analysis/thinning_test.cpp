// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/thinning.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "test_main.h"

using namespace plumb;

namespace {

std::vector<MetricPoint> wave(std::int64_t count) {
    std::vector<MetricPoint> points;
    for (std::int64_t i = 0; i < count; ++i)
        points.push_back({i, std::sin(static_cast<double>(i) * 0.01)});
    return points;
}

bool holds(const std::vector<MetricPoint>& points, std::int64_t step) {
    return std::ranges::find(points, step, &MetricPoint::step) != points.end();
}

}  // namespace

class TestThinning : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void short_curves_come_back() {
        const auto points = wave(20);
        QCOMPARE(thin(points, 10).size(), std::size_t{20});
        QVERIFY(thin({}, 10).empty());
    }

    void spikes_and_ends_are_kept() {
        auto points = wave(10000);
        points[3333].value = 50;
        points[7777].value = -50;
        const auto result = thin(points, 100);
        QVERIFY(result.size() <= 302);
        QVERIFY(holds(result, 0) && holds(result, 9999));
        QVERIFY(holds(result, 3333) && holds(result, 7777));
        QVERIFY(std::ranges::is_sorted(result, {}, &MetricPoint::step));
    }

    void no_point_comes_twice() {
        const auto result = thin(wave(1000), 7);
        for (std::size_t i = 1; i < result.size(); ++i)
            QVERIFY(result[i - 1].step < result[i].step);
    }

    void every_bucket_keeps_its_range() {
        const auto points = wave(1000);
        const auto result = thin(points, 10);
        // Of 128 points each, the next power of two.
        for (std::ptrdiff_t first = 0; first < 1000; first += 128) {
            const auto begin = points.begin() + first;
            const auto [low, high] = std::minmax_element(
                begin, begin + std::min<std::ptrdiff_t>(128, 1000 - first),
                [](const MetricPoint& a, const MetricPoint& b) { return a.value < b.value; });
            QVERIFY(holds(result, low->step) && holds(result, high->step));
        }
    }

    void what_is_kept_stays_while_the_range_moves_and_points_come() {
        const auto points = wave(10'000);
        const auto before = thinned(points, 1000, 5000, 100);
        const auto moved = thinned(points, 1100, 5100, 100);
        // Between the ends of both ranges the same points are drawn.
        const auto inside = [](std::vector<std::size_t> kept) {
            std::erase_if(kept, [](std::size_t i) { return i < 1200 || i > 4900; });
            return kept;
        };
        QCOMPARE(inside(before), inside(moved));
        QVERIFY(before.size() < 250);
        QCOMPARE(before.front(), std::size_t{1000});
        QCOMPARE(before.back(), std::size_t{4999});
    }

    void a_curve_that_goes_back_keeps_its_outermost_places() {
        const auto points = wave(5000);
        std::vector<double> places(5000, 1.0);
        places[1234] = 9;
        places[4321] = -9;
        const auto kept = thinned(points, 0, 5000, 50, places);
        QVERIFY(std::ranges::find(kept, std::size_t{1234}) != kept.end());
        QVERIFY(std::ranges::find(kept, std::size_t{4321}) != kept.end());
        QVERIFY(std::ranges::is_sorted(kept) && kept.size() < 260);
    }

    void a_gap_is_kept() {
        auto points = wave(1000);
        points[500].value = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(holds(thin(points, 10), 500));
    }
};

PLUMB_REGISTER_TEST(TestThinning)
#include "thinning_test.moc"
