// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/svg_scatter.h"

#include <limits>

#include <QString>
#include <QXmlStreamReader>

#include "analysis/compare/compare_charts.h"
#include "analysis/compare/frontier_chart.h"
#include "made_comparison.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// How many elements of a name the document has; -1 where it is no XML.
int count_of(const std::string& svg, const char* name) {
    QXmlStreamReader reader(QString::fromStdString(svg));
    int count = 0;
    while (!reader.atEnd())
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == QString(name))
            ++count;
    return reader.hasError() ? -1 : count;
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

ScatterSpec made_spec() {
    ScatterSpec spec;
    spec.title = "Reward & KL";
    spec.x_label = "KL";
    spec.y_label = "reward";
    spec.series = {{"PPO",
                    "#D55E00",
                    {{1, 2, Interval{0.5, 1.5}, Interval{1, 3}, "0.1"}, {4, 3, {}, {}, "0.2"}},
                    true}};
    return spec;
}

}  // namespace

class TestSvgScatter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void points_have_error_bars_a_line_and_names() {
        const std::string svg = svg_scatter(made_spec());
        QCOMPARE(count_of(svg, "circle"), 3);  // Two points and one in the legend.
        QCOMPARE(count_of(svg, "path"), 1);
        for (const char* part : {"Reward &amp; KL", "PPO, 0.1", ">0.2<", "stroke-opacity=\"0.6\""})
            QVERIFY2(holds(svg, part), part);
    }

    void axes_hold_the_bars() {
        const auto axes = scatter_axes(made_spec());
        QVERIFY(axes && axes->x.minimum <= 0 && axes->x.maximum >= 4);
        QVERIFY(axes->y.minimum <= 1 && axes->y.maximum >= 3);
    }

    void a_logarithmic_axis_leaves_out_what_it_cannot_show() {
        ScatterSpec spec = made_spec();
        spec.logarithmic_x = true;
        spec.series[0].points[0].x_interval = Interval{-1, 2};
        spec.series[0].points.push_back({-0.5, 2});
        const std::string svg = svg_scatter(spec);
        QCOMPARE(count_of(svg, "circle"), 3);
        QVERIFY(!holds(svg, "nan") && !holds(svg, "inf"));
        spec.series[0].points = {{0, 1}};
        QVERIFY(!scatter_axes(spec));
    }

    void without_points_it_says_why() {
        ScatterSpec spec;
        spec.empty_text = "No KL.";
        QVERIFY(holds(svg_scatter(spec), "No KL."));
        spec.series = {{"a", "#000000", {{std::numeric_limits<double>::quiet_NaN(), 1}}}};
        QVERIFY(holds(svg_scatter(spec), "No KL."));
    }

    void its_points_are_a_table() {
        COMPARE_TEXT(scatter_csv(made_spec()),
                     "series,label,x,x_low,x_high,y,y_low,y_high\n"
                     "\"PPO\",\"0.1\",1,0.5,1.5,2,1,3\n\"PPO\",\"0.2\",4,,,3,,\n");
    }

    void the_frontier_of_a_sweep_goes_by_coefficient() {
        const ScatterSpec spec = frontier_spec(*made_sweep());
        QCOMPARE(spec.series.size(), std::size_t{2});
        COMPARE_TEXT(spec.series[0].name, "PPO, kl_coef");
        QVERIFY(spec.series[0].is_joined);
        std::vector<std::string> labels;
        for (const ScatterPoint& point : spec.series[0].points) labels.push_back(point.label);
        QCOMPARE(labels, (std::vector<std::string>{"0.05", "0.1", "0.4"}));
        QVERIFY(count_of(frontier_svg(*made_sweep()), "circle") == 7);
    }

    void algorithms_without_a_sweep_are_points_by_name() {
        const ScatterSpec spec = frontier_spec(*made_comparison());
        QCOMPARE(spec.series.size(), std::size_t{2});
        COMPARE_TEXT(spec.series[0].name, made_comparison()->groups[0].name);
        QVERIFY(!spec.series[0].is_joined);
        QVERIFY(spec.series[0].points[0].x_interval && spec.series[0].points[0].y_interval);
        QVERIFY(!spec.series[1].points[0].y_interval);
    }

    void without_gold_the_frontier_shows_the_proxy() {
        std::vector<ComparedRun> runs = {made_run(1, "ppo", 0, 20)};
        runs[0].metrics.erase("eval/gold_reward");
        const Comparison comparison = compare_runs(runs);
        QVERIFY(holds(frontier_absence(comparison), "gold reward"));
        QCOMPARE(count_of(frontier_svg(comparison), "circle"), 2);
        QVERIFY(holds(frontier_absence(Comparison{}), "No runs"));
    }
};

class TestCompareChartSpecs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_group_is_a_mean_with_its_band() {
        const ChartSpec spec = group_chart_spec(*made_comparison(), "eval/gold_reward");
        QCOMPARE(spec.series.size(), std::size_t{2});
        QCOMPARE(spec.series[0].points.size(), std::size_t{4});
        QCOMPARE(spec.series[0].points.back().value, 1.5);
        QVERIFY(spec.series[0].low.back().value < 1.5 && spec.series[0].high.back().value > 1.5);
        QVERIFY(std::isnan(spec.series[1].low.back().value));
        const std::string svg = svg_chart(spec);
        QVERIFY(holds(svg, "fill-opacity=\"0.15\"") && !holds(svg, "nan"));
    }

    void a_group_without_the_axis_is_left_out() {
        const auto comparison = made_comparison();
        const ChartSpec spec = group_chart_spec(*comparison, "loss", XAxis::flops);
        QCOMPARE(spec.series.size(), std::size_t{1});
        COMPARE_TEXT(spec.x_label, "FLOPs, estimated");
        QCOMPARE(spec.series[0].scale->at(40), 4e10);
        std::vector<ComparedRun> runs = {made_run(1, "ppo", 0, 20)};
        runs[0].metrics.erase("cost/flops");
        const ChartSpec over_steps = group_chart_spec(compare_runs(runs), "loss", XAxis::flops);
        QCOMPARE(over_steps.series.size(), std::size_t{1});
        COMPARE_TEXT(over_steps.x_label, "step");
    }

    void usual_charts_begin_with_what_tells_the_groups_apart() {
        std::vector<std::string> keys;
        for (const ChartGroup& group : comparison_chart_groups(*made_comparison()))
            keys.push_back(group.keys.front());
        QCOMPARE(keys, (std::vector<std::string>{"eval/gold_reward", "eval/reward",
                                                 "eval/kl_sequence", "entropy", "loss"}));
        QVERIFY(comparison_chart_groups(Comparison{}).empty());
        QCOMPARE(comparison_keys(*made_comparison()).size(), std::size_t{8});
    }

    void files_of_points_have_groups_or_runs() {
        const std::string groups = group_points_csv(*made_comparison(), {"eval/reward"});
        QVERIFY2(holds(groups, "\"DPO\",\"eval/reward\",10,1.25,500,,2.2,1,"), groups.c_str());
        const std::string runs = run_points_csv(*made_comparison(), {"eval/reward"});
        QVERIFY2(holds(runs, "2,\"ppo-2\",\"PPO\",1,\"eval/reward\",40,2.25\n"), runs.c_str());
    }

    void seeds_are_counted() {
        COMPARE_TEXT(seeds_text(made_comparison()->groups[0]), "3 seeds");
        COMPARE_TEXT(seeds_text(made_comparison()->groups[1]), "1 seed, no interval");
    }
};

PLUMB_REGISTER_TEST(TestSvgScatter)
PLUMB_REGISTER_TEST(TestCompareChartSpecs)
#include "svg_scatter_test.moc"
