// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/statistics.h"

#include <cmath>

#include "test_main.h"

using namespace plumb;

class TestStatistics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_variance_takes_two_values() {
        // numpy.var([1, 2, 4], ddof=1)
        QVERIFY(std::abs(*sample_variance(std::vector<double>{1, 2, 4}) - 7.0 / 3) < 1e-12);
        QCOMPARE(*sample_variance(std::vector<double>{3, 3}), 0.0);
        QVERIFY(!sample_variance(std::vector<double>{3}));
        QVERIFY(!sample_variance({}));
    }

    void a_median_of_two_in_the_middle_is_their_mean() {
        QCOMPARE(median({4, 1, 3}), 3.0);
        QCOMPARE(median({4, 1, 3, 2}), 2.5);
    }
};

PLUMB_REGISTER_TEST(TestStatistics)
#include "statistics_test.moc"
