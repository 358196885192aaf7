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
        for (const char* algorithm : {"sft", "grpo"}) {
            std::set<std::string> keys;
            for (const ChartGroup& group : default_charts(algorithm)) {
                for (const std::string& key : group.keys) {
                    QVERIFY2(!metric_info(key).help.empty(), key.c_str());
                    QVERIFY2(keys.insert(key).second, key.c_str());
                    // Lines of one chart share its axis.
                    COMPARE_TEXT(metric_info(key).unit == metric_info(group.keys.front()).unit ||
                                         key == "eval/loss"
                                     ? ""
                                     : key,
                                 "");
                }
            }
        }
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
        const auto charts = run_charts(run, chart_groups("grpo", {}), reader, {edit}, {});
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

    void named_metrics_get_a_chart_each() {
        const auto groups = chart_groups("grpo", {"entropy", "my/own"});
        QCOMPARE(groups.size(), std::size_t{2});
        COMPARE_TEXT(groups[0].title, "Entropy");
        COMPARE_TEXT(groups[1].keys.at(0), "my/own");
    }
};

PLUMB_REGISTER_TEST(TestRunCharts)
#include "run_charts_test.moc"
