// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/group_curves.h"

#include <cmath>

#include "analysis/compare/frontier.h"
#include "analysis/compare/mean_test.h"
#include "made_runs.h"

using namespace plumb;

namespace {

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }

}  // namespace

class TestGroupCurves : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tests_of_means_agree_with_scipy() {
        // scipy.stats.ttest_ind(equal_var=False) and ttest_1samp, SciPy 1.17.
        const MeanTest two = welch_test({1.2, 1.9, 1.4}, {0.4, 0.9, 1.0, 0.2});
        QVERIFY(near(*two.estimate.value, 0.875));
        QVERIFY(near(*two.p_value, 0.030309905939915144, 1e-10));
        QVERIFY(near(two.estimate.interval->low, 0.1274653368171078, 1e-8));
        QVERIFY(near(two.estimate.interval->high, 1.622534663182892, 1e-8));
        const MeanTest one = mean_test({0.5, 0.7, 0.1});
        QVERIFY(near(*one.p_value, 0.13333333333333328, 1e-10));
        QVERIFY(near(one.estimate.interval->low, -0.32558327338601845, 1e-8));
    }

    void equal_values_decide_nothing() {
        QVERIFY(!mean_test({0.5, 0.5, 0.5}).p_value);
        QVERIFY(!welch_test({1, 1}, {0, 0}).p_value);
        QVERIFY(!mean_test({0.5}).estimate.interval);
        QVERIFY(!mean_test({}).estimate.value);
    }

    void a_band_is_where_two_seeds_have_the_step() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {{"eval/reward", {0, 1, 2}}}),
            made_run(2, "ppo-reviews", 1, {{"eval/reward", {0, 3}}})};
        const GroupCurve curve = group_curve(runs, group_runs(runs)[0], "eval/reward");
        QCOMPARE(curve.mean.size(), 3u);
        QCOMPARE(curve.mean[1].step, 20);
        QVERIFY(near(curve.mean[1].value, 2));
        // The mean of 1 and 3 with one degree of freedom: 2 +- 12.706 * 1.
        QVERIFY(near(curve.high[1].value, 2 + 12.7062047362, 1e-6));
        QCOMPARE(curve.seeds, (std::vector<std::size_t>{2, 2, 1}));
        QVERIFY(near(curve.mean[2].value, 2));
        QVERIFY(std::isnan(curve.low[2].value));
    }

    void values_that_are_not_finite_are_no_values() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {{"loss", {1, NAN, 3}}}),
            made_run(2, "ppo-reviews", 1, {{"loss", {3, INFINITY, 5}}})};
        const GroupCurve curve = group_curve(runs, group_runs(runs)[0], "loss");
        QCOMPARE(curve.mean.size(), 2u);
        QVERIFY(near(curve.mean[1].value, 4));
    }

    void places_are_means_over_the_seeds() {
        std::vector<ComparedRun> runs = {made_run(1, "ppo-reviews", 0, {}),
                                         made_run(2, "ppo-reviews", 1, {})};
        for (std::int64_t step = 1; step <= 4; ++step) {
            runs[0].metrics["step_time"].push_back({step, 1});
            runs[1].metrics["step_time"].push_back({step, 3});
        }
        const XScale scale = group_scale(runs, group_runs(runs)[0], XAxis::time);
        QVERIFY(near(scale.at(0), 0));
        QVERIFY(near(scale.at(2), 4));
        QVERIFY(near(scale.at(4), 8));
        QCOMPARE(group_scale(runs, group_runs(runs)[0], XAxis::kl).axis(), XAxis::step);
    }

    void the_frontier_has_a_point_a_group_with_intervals_over_seeds() {
        const auto run = [](RunId id, std::int64_t seed, double kl, double gold) {
            return made_run(id, "ppo-reviews", seed,
                            {{"eval/kl_sequence", {0, kl}},
                             {"eval/gold_reward", {-0.2, gold}},
                             {"eval/reward", {0, 2}}},
                            {{"kl_coef", "0.3"}});
        };
        const std::vector<ComparedRun> runs = {run(1, 0, 2, 1.5), run(2, 1, 4, 1.7)};
        const auto groups = group_runs(runs);
        const auto ends = frontier(runs, groups, FrontierOf::ends);
        QCOMPARE(ends.size(), 1u);
        QVERIFY(near(*ends[0].kl.value, 3));
        QVERIFY(near(*ends[0].gold.value, 1.6));
        QCOMPARE(ends[0].gold.count, 2);
        QVERIFY(near(ends[0].gold.interval->high - 1.6, 12.7062047362 * 0.1, 1e-6));
        QCOMPARE(ends[0].coefficient, std::optional(0.3));
        QCOMPARE(ends[0].label, std::string("kl_coef 0.3"));
        QCOMPARE(frontier(runs, groups, FrontierOf::evaluations).size(), 2u);
    }

    void one_seed_has_intervals_over_its_prompts() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0,
                     {{"eval/kl_sequence", {0, 2}},
                      {"eval/gold_reward", {-0.2, 1.5}},
                      {"eval/gold_reward_std", {1, 1.6}}},
                     {{"eval_prompts", "256"}}),
            made_run(2, "grpo-arithmetic", 0,
                     {{"eval/kl_sequence", {0, 2}}, {"eval/accuracy", {0.3, 1}}},
                     {{"eval_prompts", "100"}})};
        const auto ends = frontier(runs, group_runs(runs), FrontierOf::ends);
        QCOMPARE(ends.size(), 2u);
        QCOMPARE(ends[0].gold.count, 256);
        QVERIFY(near(ends[0].gold.interval->high, 1.5 + normal_quantile_95 * 0.1, 1e-9));
        QVERIFY(!ends[0].kl.interval);
        // All right of 100: Wilson's interval still has a width.
        QVERIFY(near(ends[1].gold.interval->low, 0.963006, 1e-5));
    }

    void runs_without_kl_are_not_on_the_frontier() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {{"eval/gold_reward", {0, 1}}})};
        QVERIFY(frontier(runs, group_runs(runs), FrontierOf::ends).empty());
    }
};

PLUMB_REGISTER_TEST(TestGroupCurves)
#include "group_curves_test.moc"
