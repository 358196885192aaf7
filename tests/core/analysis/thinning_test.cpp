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
        for (std::size_t bucket = 0; bucket < 10; ++bucket) {
            const auto begin = points.begin() + static_cast<std::ptrdiff_t>(bucket * 100);
            const auto [low, high] = std::minmax_element(
                begin, begin + 100,
                [](const MetricPoint& a, const MetricPoint& b) { return a.value < b.value; });
            QVERIFY(holds(result, low->step) && holds(result, high->step));
        }
    }

    void a_gap_is_kept() {
        auto points = wave(1000);
        points[500].value = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(holds(thin(points, 10), 500));
    }
};

PLUMB_REGISTER_TEST(TestThinning)
#include "thinning_test.moc"
