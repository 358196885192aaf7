// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "analysis/compare/multiple_testing.h"
#include "analysis/compare/group_curves.h"
#include "compare_reference.h"
#include "test_main.h"

using namespace plumb;

class TestMultipleTesting : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void means_and_corrections_agree_with_python() {
        ReferenceWords words("means.txt");
        int means = 0, families = 0;
        for (std::string kind = words.word(); !kind.empty(); kind = words.word()) {
            const std::vector<double> values = words.numbers(words.count());
            if (kind == "mean") {
                const Estimate mean = mean_estimate(values);
                QVERIFY(is_near(mean.value.value(), words.number()));
                QVERIFY(is_near(mean.interval.value().low, words.number()));
                QVERIFY(is_near(mean.interval.value().high, words.number()));
                QCOMPARE(mean.count, std::ssize(values));
                ++means;
            } else {
                for (const double adjusted : holm_adjusted(values))
                    QVERIFY(is_near(adjusted, words.number(), 1e-12));
                ++families;
            }
        }
        QCOMPARE(means, 6);
        QCOMPARE(families, 4);
    }

    void tests_that_are_not_there_do_not_count() {
        const auto adjusted =
            holm_adjusted(std::vector<std::optional<double>>{0.02, std::nullopt, 0.03});
        QCOMPARE(adjusted[0].value(), 0.04);
        QVERIFY(!adjusted[1]);
        QCOMPARE(adjusted[2].value(), 0.04);  // never below the one before it
        QVERIFY(holm_adjusted(std::vector<double>()).empty());
    }
};

PLUMB_REGISTER_TEST(TestMultipleTesting)
#include "multiple_testing_test.moc"
