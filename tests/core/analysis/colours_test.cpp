// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "analysis/colours.h"
#include "test_main.h"

using namespace plumb;

class TestColours : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shades_of_an_algorithm_are_told_apart() {
        for (const char* algorithm : {"ppo", "dpo", "grpo", "reward", "sft"}) {
            const std::string own = algorithm_colour(algorithm);
            std::set<std::string> all;
            for (std::size_t i = 0; i < shade_names.size(); ++i)
                all.insert(shaded(own, static_cast<std::int64_t>(i)));
            QCOMPARE(all.size(), shade_names.size());
            COMPARE_TEXT(shaded(own, 0), own);
        }
    }

    void a_shade_mixes_with_white_or_black() {
        COMPARE_TEXT(shaded("#000000", 1), "#666666");
        COMPARE_TEXT(shaded("#FFFFFF", 3), "#999999");
        COMPARE_TEXT(shaded("#D55E00", 3), "#803800");
        COMPARE_TEXT(shaded("#D55E00", 99), "#D55E00");
        COMPARE_TEXT(shaded("#D55E00", -1), "#D55E00");
        COMPARE_TEXT(shaded("red", 1), "red");
    }

    void a_runs_shade_is_that_of_its_first_curve() {
        const auto styles = series_styles("ppo", {"reward", "gold_reward", "other"}, 1);
        COMPARE_TEXT(styles[0].colour, shaded(algorithm_colour("ppo"), 1));
        COMPARE_TEXT(styles[1].colour, std::string(gold_colour));
        QVERIFY(styles[2].colour != styles[0].colour);
        QVERIFY(styles[2].colour != algorithm_colour("ppo"));
    }

    void runs_in_one_chart_are_told_apart() {
        const auto styles = run_styles({{"grpo", 0}, {"grpo", 0}, {"grpo", 2}, {"ppo", 0}});
        // The first as it is; one of the same algorithm and shade by its shade, a shade of its own
        // and another algorithm's as they are.
        QVERIFY((styles[0] == RunStyle{0, 0}));
        QVERIFY(styles[1].shade != 0 && styles[1].pattern == 0);
        QVERIFY((styles[2] == RunStyle{2, 0}));
        QVERIFY((styles[3] == RunStyle{0, 0}));
        // Sixteen of an algorithm differ; more begin again.
        const auto many = run_styles(std::vector<StyledRun>(17, {"dpo", 1}));
        for (std::size_t i = 0; i < 16; ++i)
            for (std::size_t j = 0; j < i; ++j) QVERIFY(!(many[i] == many[j]));
        QVERIFY(many[16].pattern < line_patterns.size());
    }
};

PLUMB_REGISTER_TEST(TestColours)
#include "colours_test.moc"
