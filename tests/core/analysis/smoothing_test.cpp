// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/smoothing.h"

#include <cmath>
#include <limits>

#include "test_main.h"

using namespace plumb;

class TestSmoothing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void by_hand() {
        // weight 1/2: sums 1/2 and 1/4 + 1, over 1 - 1/2 and 1 - 1/4.
        const auto result = smooth(std::vector<double>{1, 2}, 0.5);
        QCOMPARE(result.at(0), 1.0);
        QCOMPARE(result.at(1), 1.25 / 0.75);
    }

    void a_constant_stays() {
        for (const double value : smooth(std::vector<double>(200, 3.7), 0.95))
            QVERIFY(std::abs(value - 3.7) < 1e-12);
    }

    void no_weight_changes_nothing() {
        const std::vector<double> values = {3, -1, 4};
        QVERIFY(smooth(values, 0) == values);
    }

    void gaps_stay_gaps_and_leave_the_average_alone() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double inf = std::numeric_limits<double>::infinity();
        const auto with = smooth(std::vector<double>{1, nan, 2, inf, 5}, 0.5);
        const auto without = smooth(std::vector<double>{1, 2, 5}, 0.5);
        QVERIFY(std::isnan(with.at(1)) && std::isinf(with.at(3)));
        QCOMPARE(with.at(0), without.at(0));
        QCOMPARE(with.at(2), without.at(1));
        QCOMPARE(with.at(4), without.at(2));
    }

    void points_keep_their_steps() {
        const std::vector<MetricPoint> points = {{5, 1}, {9, 2}};
        const auto result = smooth(points, 0.5);
        QCOMPARE(result.at(1).step, std::int64_t{9});
        QCOMPARE(result.at(1).value, 1.25 / 0.75);
    }

    void short_curves_are_not_smoothed() {
        QCOMPARE(default_smoothing(20), 0.0);
        QVERIFY(default_smoothing(100) > 0.5 && default_smoothing(100) < 0.8);
        QVERIFY(default_smoothing(1000000) < 1);
    }
};

PLUMB_REGISTER_TEST(TestSmoothing)
#include "smoothing_test.moc"
