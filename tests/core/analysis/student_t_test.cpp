// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/student_t.h"

#include <cmath>

#include "test_main.h"

using namespace plumb;

class TestStudentT : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void probabilities_agree_with_scipy() {
        // scipy.stats.t.cdf, SciPy 1.17.
        const struct {
            double t, degrees, p;
        } known[] = {{0, 3, 0.5},
                     {1, 1, 0.75},
                     {-1, 1, 0.25},
                     {2, 4.5, 0.9458710464094375},
                     {-2.5, 7.3, 0.019825117332800214},
                     {0.3, 1.5, 0.5997639015982075},
                     {6, 2.2, 0.989410957828823}};
        for (const auto& [t, degrees, p] : known)
            QVERIFY2(std::abs(student_cdf(t, degrees) - p) < 1e-12,
                     std::to_string(student_cdf(t, degrees)).c_str());
    }

    void the_quantile_is_the_inverse() {
        // Tables of the t distribution, two-sided 5 %.
        const std::pair<double, double> known[] = {{1, 12.7062047362}, {2, 4.3026527297},
                                                   {3, 3.1824463053},  {9, 2.2621571628},
                                                   {29, 2.0452296421}, {1e6, 1.9599664}};
        for (const auto& [degrees, quantile] : known) {
            QVERIFY2(std::abs(student_quantile_95(degrees) - quantile) < 1e-5 * quantile,
                     std::to_string(student_quantile_95(degrees)).c_str());
            QVERIFY(std::abs(student_cdf(student_quantile_95(degrees), degrees) - 0.975) < 1e-10);
        }
    }

    void far_tails_stay_within_bounds() {
        QCOMPARE(student_cdf(INFINITY, 2), 1.0);
        QCOMPARE(student_cdf(-INFINITY, 2), 0.0);
        QVERIFY(std::isnan(student_cdf(NAN, 2)));
        QVERIFY(student_cdf(-1e6, 3) < 1e-15);
    }
};

PLUMB_REGISTER_TEST(TestStudentT)
#include "student_t_test.moc"
