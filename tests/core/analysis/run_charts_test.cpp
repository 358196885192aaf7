// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/run_charts.h"

#include <map>
#include <set>

#include "test_main.h"

using namespace plumb;

class TestRunCharts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void known_metrics_are_explained() {
        const MetricInfo info = metric_info("completions/mean_length");
        COMPARE_TEXT(info.unit, "tokens");
        QVERIFY(!info.larger_is_better);
        QCOMPARE(metric_info("eval/accuracy").larger_is_better, std::optional<bool>(true));
        QCOMPARE(metric_info("eval/loss").larger_is_better, std::optional<bool>(false));
        COMPARE_TEXT(metric_info("rewards/ended/mean").title, "Reward ended");
        COMPARE_TEXT(metric_info("my/own").title, "my/own");
        COMPARE_TEXT(metric_info("rewards/mean").title, "rewards/mean");
    }

    void default_charts_are_of_known_metrics() {
        for (const char* algorithm : {"sft", "reward", "dpo", "ppo", "grpo", "rloo"}) {
            std::set<std::string> keys, titles;
            for (const ChartGroup& group : default_charts(algorithm)) {
                QVERIFY2(titles.insert(group.title).second, group.title.c_str());
                const MetricInfo first = metric_info(group.keys.front(), algorithm);
                for (const std::string& key : group.keys) {
                    const MetricInfo info = metric_info(key, algorithm);
                    QVERIFY2(!info.help.empty(), key.c_str());
                    QVERIFY2(keys.insert(key).second, key.c_str());
                    QCOMPARE(is_phase_metric(key), is_phase_metric(group.keys.front()));
                    // Lines of one chart share its axis.
                    QVERIFY2(info.unit == first.unit || key == "eval/loss", key.c_str());
                }
            }
        }
    }

    void a_phase_counts_its_own_steps() {
        const std::map<std::string, std::vector<MetricPoint>> metrics = {
            {"reward", {{1, 0.3}, {20, 0.4}}},
            {"gold_reward", {{1, 0.1}, {20, 0.2}}},
            {"start/loss", {{1, 3}, {220, 1.5}}}};
        const auto reader = [&](const std::string& key) {
            const auto found = metrics.find(key);
            return found == metrics.end() ? std::vector<MetricPoint>() : found->second;
        };
        RunRecord run;
        run.algorithm = "ppo";
        CheckpointRecord checkpoint;
        checkpoint.step = 10;
        const auto charts =
            run_charts(run, chart_groups(run, {}), reader, chart_marks({}, {checkpoint}));
        QCOMPARE(charts.size(), std::size_t{2});
        QCOMPARE(charts[0].last_step, std::optional<std::int64_t>(20));
        COMPARE_TEXT(charts[0].series.at(1).colour, "#E69F00");
        QVERIFY(charts[1].marks.empty() && !charts[1].last_step);
        COMPARE_TEXT(charts[1].x_label, "step of the phase");
    }

    void charts_hold_what_the_run_has() {
        const std::map<std::string, std::vector<MetricPoint>> metrics = {
            {"reward", {{1, 0.3}, {2, 0.4}}},
            {"eval/accuracy", {{0, 0.3}, {20, 0.9}}},
            {"eval/accuracy_greedy", {{0, 0.2}, {20, 0.8}}}};
        const auto reader = [&](const std::string& key) {
            const auto found = metrics.find(key);
            return found == metrics.end() ? std::vector<MetricPoint>() : found->second;
        };
        RunRecord run;
        run.name = "first";
        run.algorithm = "grpo";
        EditRecord edit;
        edit.step = 5;
        edit.key = "beta";
        edit.old_value = "0";
        edit.new_value = "0.1";
        const auto charts = run_charts(run, chart_groups(run, {}), reader, chart_marks({edit}, {}));
        QCOMPARE(charts.size(), std::size_t{2});
        COMPARE_TEXT(charts[0].title, "Reward");
        COMPARE_TEXT(charts[0].series.at(0).colour, "#009E73");
        QCOMPARE(charts[0].last_step, std::optional<std::int64_t>(20));
        COMPARE_TEXT(charts[0].marks.at(0).label, "beta 0 → 0.1");
        QCOMPARE(charts[1].series.size(), std::size_t{2});
        COMPARE_TEXT(charts[1].series[1].name, "greedy");
        QVERIFY(charts[1].series[0].colour != charts[1].series[1].colour);
        const std::string svg = run_dashboard(run, charts);
        QVERIFY(svg.find("GRPO · step 0") != std::string::npos);
    }

    void several_rewards_get_a_chart() {
        RunRecord run;
        run.algorithm = "grpo";
        run.settings = "algorithm: grpo\nreward_funcs: [arithmetic, /own/politeness.py]\n";
        const auto groups = chart_groups(run, {});
        COMPARE_TEXT(groups[0].title, "Reward");
        COMPARE_TEXT(groups[1].title, "Rewards by function");
        QCOMPARE(groups[1].keys,
                 (std::vector<std::string>{"rewards/arithmetic/mean", "rewards/politeness/mean"}));
        COMPARE_TEXT(metric_info(groups[1].keys[1]).name, "politeness");
        run.settings = "algorithm: grpo\nreward_funcs: [arithmetic]\n";
        QVERIFY(chart_groups(run, {})[1].title != "Rewards by function");
    }

    void curves_are_named_for_the_chart_they_stand_in() {
        using Names = std::vector<std::string>;
        QCOMPARE(curve_names("grpo", {"reward", "eval/reward"}), (Names{"training", "held out"}));
        QCOMPARE(curve_names("grpo", {"reward", "entropy"}),
                 (Names{"Reward", "Entropy, nats/token"}));
    }

    void a_length_has_a_band_unless_its_edges_are_curves() {
        const auto length =
            chart_spec("grpo", {"Length", {"completions/mean_length"}}, [](const std::string& key) {
                return std::vector<MetricPoint>{{1, static_cast<double>(key.size())}};
            });
        QCOMPARE(length.series.at(0).low.size(), std::size_t{1});
        QCOMPARE(length.series.at(0).high.size(), std::size_t{1});
        const ChartGroup edges = {"Length", {"completions/mean_length", "completions/max_length"}};
        QVERIFY(!shown_band(edges, 0));
        QVERIFY(!metric_band("reward"));
        for (const char* key : {"completions/mean_length", "mean_reward"}) {
            const auto band = metric_band(key);
            QVERIFY(band && !metric_info(band->low).help.empty());
            QVERIFY(!metric_info(band->high).help.empty());
        }
    }

    void named_metrics_get_a_chart_each() {
        RunRecord run;
        run.algorithm = "grpo";
        const auto groups = chart_groups(run, {"entropy", "my/own"});
        QCOMPARE(groups.size(), std::size_t{2});
        COMPARE_TEXT(groups[0].title, "Entropy");
        COMPARE_TEXT(groups[1].keys.at(0), "my/own");
    }
};

PLUMB_REGISTER_TEST(TestRunCharts)
#include "run_charts_test.moc"
