// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/group_tables.h"

#include <cmath>

#include "analysis/compare/mean_test.h"
#include "analysis/compare/preparation.h"
#include "made_runs.h"

using namespace plumb;

namespace {

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }

/// A run that spent this in two updates.
ComparedRun spent(ComparedRun run, double seconds, double flops, double models) {
    run.metrics["step_time"] = {{1, seconds / 2}, {2, seconds / 2}};
    run.metrics["time/generate"] = {{1, seconds / 8}, {2, seconds / 8}};
    run.metrics["time/score"] = {{1, 0}, {2, 0}};
    run.metrics["time/update"] = {{1, seconds * 3 / 8}, {2, seconds * 3 / 8}};
    run.metrics["cost/flops"] = {{1, flops / 2}, {2, flops}};
    run.metrics["memory/models"] = {{1, models}, {2, models}};
    run.metrics["memory/peak"] = {{1, 30}, {2, 20}};
    run.record.step = 2;
    return run;
}

std::vector<ComparedRun> three_seeds(const std::string& preset, RunId first,
                                     const std::vector<double>& ends) {
    std::vector<ComparedRun> runs;
    for (std::size_t i = 0; i < ends.size(); ++i)
        runs.push_back(made_run(first + static_cast<RunId>(i), preset, static_cast<std::int64_t>(i),
                                {{"eval/gold_reward", {-0.2, ends[i]}}}));
    return runs;
}

std::vector<ComparedRun> both(std::vector<ComparedRun> a, const std::vector<ComparedRun>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

class TestGroupTables : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void settings_have_what_differs_alone() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {}, {{"kl_coef", "0.1"}, {"learning_rate", "3e-4"}}),
            made_run(2, "ppo-reviews", 0, {}, {{"kl_coef", "0.3"}, {"learning_rate", "3e-4"}})};
        const ReportTable table = settings_table(runs, group_runs(runs));
        QCOMPARE(table.rows.size(), 1u);
        QCOMPARE(cell(table, 0, "setting").text, std::string("kl_coef"));
        QCOMPARE(table.rows[0].cells[1].text, std::string("0.1"));
        QCOMPARE(table.rows[0].cells[2].text, std::string("0.3"));
    }

    void a_setting_without_effect_is_a_dash() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {}, {{"kl_coef", "0.3"}}),
            made_run(2, "dpo-reviews", 0, {})};
        const ReportTable table = settings_table(runs, group_runs(runs));
        const auto row = std::ranges::find_if(
            table.rows, [](const TableRow& r) { return r.cells[0].text == "kl_coef"; });
        QVERIFY(row != table.rows.end());
        QCOMPARE(row->cells[2].text, std::string("–"));
    }

    void edits_and_notes_are_listed() {
        std::vector<ComparedRun> runs = {made_run(1, "ppo-reviews", 0, {})};
        runs[0].edits.push_back({10, "kl_coef", "0.1", "0.2", "too far"});
        runs[0].record.note = "looks odd";
        const ReportTable table = edits_table(runs, group_runs(runs));
        QCOMPARE(table.rows.size(), 2u);
        QCOMPARE(cell(table, 0, "reason").text, std::string("too far"));
        QCOMPARE(cell(table, 1, "new").text, std::string("looks odd"));
    }

    void cost_is_a_mean_over_seeds() {
        const std::vector<ComparedRun> runs = {
            spent(made_run(1, "ppo-reviews", 0, {}), 8, 2e12, 4),
            spent(made_run(2, "ppo-reviews", 1, {}), 16, 2e12, 4)};
        const ReportTable table = cost_table(runs, group_runs(runs));
        QCOMPARE(table.rows.size(), 1u);
        QCOMPARE(*cell(table, 0, "models").value, 4.0);
        QVERIFY(near(*cell(table, 0, "seconds").value, 12));
        QVERIFY(cell(table, 0, "seconds").interval.has_value());
        QVERIFY(near(*cell(table, 0, "generate_seconds").value, 3));
        QVERIFY(near(*cell(table, 0, "tflops").value, 2));
        QVERIFY(near(*cell(table, 0, "peak_mb").value, 30));
    }

    void what_another_run_prepared_is_counted() {
        ComparedRun reward = spent(made_run(1, "reward-reviews", 0, {}), 4, 1e12, 1);
        reward.record.name = "rm";
        reward.metrics["phase/start/seconds"] = {{0, 12}};
        reward.metrics["phase/pairs/seconds"] = {{0, 3}};
        ComparedRun ppo = made_run(2, "ppo-reviews", 0, {}, {{"reward_model", "rm"}});
        ppo.metrics["phase/start/seconds"] = {{0, 12}};
        ComparedRun dpo = made_run(3, "dpo-reviews", 0, {}, {{"pairs_run", "rm"}});
        dpo.metrics["phase/start/seconds"] = {{0, 12}};
        const std::vector<ComparedRun> runs = {reward, ppo, dpo};
        // The start once, the pairs, and the reward model for the one that uses it.
        QVERIFY(near(preparation_of(runs[1], runs).seconds, 19));
        QVERIFY(near(preparation_of(runs[2], runs).seconds, 15));
        QVERIFY(preparation_of(runs[1], runs).is_complete);
        QVERIFY(!preparation_of(runs[1], {runs[1]}).is_complete);
    }

    void stability_counts_what_went_wrong() {
        auto runs = three_seeds("ppo-reviews", 1, {1.5, 1.7, -0.5});
        runs[0].metrics["eval/kl_sequence"] = {{0, 0}, {20, 7}};
        for (std::int64_t step = 1; step <= 40; ++step)
            runs[1].metrics["grad_norm"].push_back({step, step == 30 ? 50.0 : 1.0});
        const auto groups = group_runs(runs);
        const ReportTable table = stability_table(runs, groups, "eval/gold_reward");
        QCOMPARE(cell(table, 0, "diverged").text, std::string("1 of 3"));
        QVERIFY(near(*cell(table, 0, "end").value, 0.9));
        QVERIFY(near(*cell(table, 0, "spread").value, 1.2165525060596438));
        QVERIFY(near(*cell(table, 0, "worst_kl").value, 7));
        QCOMPARE(gradient_spikes(runs[1]), 1);
        QVERIFY(near(*cell(table, 0, "start").value, -0.2));
    }

    void a_failed_run_has_diverged() {
        ComparedRun run = made_run(1, "ppo-reviews", 0, {{"eval/gold_reward", {0, 1}}});
        QVERIFY(!has_diverged(run, "eval/gold_reward"));
        run.record.state = RunState::failed;
        QVERIFY(has_diverged(run, "eval/gold_reward"));
        run.record.state = RunState::finished;
        run.metrics["non_finite/loss"] = {{3, 1}};
        QVERIFY(has_diverged(run, "eval/gold_reward"));
    }

    void differences_are_paired_by_seed() {
        const auto runs = both(three_seeds("ppo-reviews", 1, {2.0, 1.0, 3.0}),
                               three_seeds("dpo-reviews", 4, {1.0, 0.1, 1.9}));
        const ReportTable table = differences_table(runs, group_runs(runs), "eval/gold_reward");
        QCOMPARE(table.rows.size(), 1u);
        QCOMPARE(cell(table, 0, "how").text, std::string("paired by seed"));
        QVERIFY(near(*cell(table, 0, "difference").value, 1.0));
        QCOMPARE(cell(table, 0, "verdict").text, std::string("PPO is better"));
    }

    void one_seed_decides_nothing() {
        const auto runs =
            both(three_seeds("ppo-reviews", 1, {2.0}), three_seeds("dpo-reviews", 2, {0.1}));
        const ReportTable table = differences_table(runs, group_runs(runs), "eval/gold_reward");
        QCOMPARE(cell(table, 0, "verdict").text, std::string("not decided"));
        QVERIFY(!cell(table, 0, "difference").interval);
        QVERIFY(!cell(table, 0, "p_holm").value);
    }

    void p_values_are_corrected_for_all_pairs() {
        const auto runs = both(both(three_seeds("ppo-reviews", 1, {2.0, 1.0, 3.1}),
                                    three_seeds("dpo-reviews", 4, {1.0, 0.2, 1.9})),
                               three_seeds("grpo-reviews", 7, {1.5, 1.3, 2.0}));
        const ReportTable table = differences_table(runs, group_runs(runs), "eval/gold_reward");
        QCOMPARE(table.rows.size(), 3u);
        std::vector<double> p;
        for (std::size_t row = 0; row < 3; ++row) p.push_back(*cell(table, row, "p_holm").value);
        const double uncorrected = *mean_test({1.0, 0.8, 1.2}).p_value;
        QVERIFY(near(p[0], 3 * uncorrected, 1e-9));
        QVERIFY(p[1] > p[0] && p[1] <= 1);
    }

    void a_sweep_tells_how_much_its_setting_matters() {
        std::vector<ComparedRun> runs;
        for (const auto& [value, end] :
             {std::pair("0", 0.2), std::pair("0.1", 2.0), std::pair("0.3", 1.5)})
            runs.push_back(made_run(static_cast<RunId>(runs.size() + 1), "ppo-reviews", 0,
                                    {{"eval/gold_reward", {-0.2, end}}}, {{"kl_coef", value}}));
        const ReportTable table = sensitivity_table(runs, group_runs(runs), "eval/gold_reward");
        QCOMPARE(table.rows.size(), 1u);
        QCOMPARE(cell(table, 0, "best_at").text, std::string("0.1"));
        QCOMPARE(cell(table, 0, "worst_at").text, std::string("0"));
        QVERIFY(near(*cell(table, 0, "range").value, 1.8));
    }

    void data_tells_where_pairs_are_from() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {}, {{"reward_model", "rm"}}),
            made_run(2, "dpo-reviews", 0, {}, {{"pairs_run", "rm"}}),
            made_run(3, "grpo-arithmetic", 0, {})};
        const ReportTable table = data_table(runs, group_runs(runs));
        QCOMPARE(cell(table, 0, "rewards").text, std::string("reward_model"));
        QCOMPARE(cell(table, 1, "pairs_source").text, std::string("sampled by rm"));
        QCOMPARE(cell(table, 1, "rewards").text, std::string("none during training"));
        QCOMPARE(cell(table, 2, "learns_from").text, std::string("its own samples"));
        QCOMPARE(cell(table, 2, "pairs_source").text, std::string("none"));
    }

    void csv_has_intervals_in_columns_of_their_own() {
        ReportTable table{.id = "t", .title = "T"};
        table.columns = {{"name", "name", "", "", false}, {"x", "x", "", "", true}};
        table.rows = {{{{.text = "a, \"b\""},
                        {.text = "1 ± 0.5", .value = 1, .interval = Interval{0.5, 1.5}}}},
                      {{{.text = "c"}, {}}}};
        QCOMPARE(table_csv(table),
                 std::string("name,x,x_low,x_high\r\n\"a, \"\"b\"\"\",1,0.5,1.5\r\nc,,,\r\n"));
    }

    void an_estimate_shows_two_digits_of_its_uncertainty() {
        const auto text = [](double value, double low, double high) {
            return estimate_text({.value = value, .interval = Interval{low, high}, .count = 3});
        };
        QCOMPARE(text(2.0312, 1.7212, 2.3412), std::string("2.03 ± 0.31"));
        QCOMPARE(text(0.96, 0.9, 0.98), std::string("0.960 [0.900, 0.980]"));
        QCOMPARE(estimate_text({.value = 4, .interval = Interval{4, 4}, .count = 3}),
                 std::string("4"));
        QCOMPARE(text(1.3558, 1.3558 - 4e-16, 1.3558 + 4e-16), std::string("1.36"));
        QCOMPARE(text(18.52108, 18.51, 18.532), std::string("18.521 ± 0.011"));
        QCOMPARE(estimate_text({}), std::string());
    }
};

PLUMB_REGISTER_TEST(TestGroupTables)
#include "group_tables_test.moc"
