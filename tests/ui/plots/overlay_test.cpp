// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_plot.h"
#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

const OverlaidRun second = {.run = 2, .name = "second run", .algorithm = "grpo", .style = {1, 0}};
const OverlaidRun third = {.run = 3, .name = "third run", .algorithm = "ppo", .style = {0, 1}};

std::vector<std::optional<double>> overlaid(Shown& shown, const QString& chart) {
    shown.grid.redrawNow();
    std::vector<std::optional<double>> values;
    for (const auto& each : shown.chart(chart)->findChild<ChartPlot*>()->overlaidValues())
        values.push_back(each.value);
    return values;
}

}  // namespace

/// Runs that lie over the one that the charts show.
class TestOverlay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void other_runs_are_drawn_where_they_have_the_metric() {
        Shown shown;
        const int before = shown.plot("loss")->plottableCount();
        shown.grid.setOverlays({second, third});
        shown.grid.setOverlayMetrics(2, {{"loss", line(20, 3)}, {"reward", line(20, 1)}});
        shown.grid.setOverlayMetrics(3, {{"reward", line(20, 2)}});
        QCOMPARE(overlaid(shown, "loss"), (std::vector<std::optional<double>>{60.0}));
        QCOMPARE(overlaid(shown, "reward"), (std::vector<std::optional<double>>{20.0, 40.0}));
        QVERIFY(shown.plot("loss")->plottableCount() > before);
        // All of them are in view.
        QVERIFY(shown.plot("loss")->yAxis->range().upper >= 60);
        // The chart's own header stays that of its own run.
        QCOMPARE(shown.values("loss"), "20");
        shown.grid.setOverlays({});
        QCOMPARE(overlaid(shown, "loss").size(), std::size_t{0});
        QCOMPARE(shown.plot("loss")->plottableCount(), before);
        QVERIFY(shown.plot("loss")->yAxis->range().upper < 60);
    }

    void the_crosshair_has_a_value_of_each_run() {
        Shown shown;
        shown.grid.setOverlays({second});
        shown.grid.setOverlayMetrics(2, {{"loss", line(30, 3)}});
        shown.grid.setShownStep(7);
        QCOMPARE(overlaid(shown, "loss"), (std::vector<std::optional<double>>{21.0}));
        // Enlarged, the chart names the runs with their values.
        shown.grid.enlarge(shown.chart("loss"));
        QVERIFY2(shown.names("loss").contains("second run 21"), qPrintable(shown.names("loss")));
        shown.grid.enlarge(nullptr);
        QCOMPARE(shown.names("loss"), "");
    }

    void a_longer_run_is_in_view_whole() {
        Shown shown;
        shown.grid.setOverlays({second});
        shown.grid.setOverlayMetrics(2, {{"loss", line(80, 1)}});
        QVERIFY(shown.range("loss").upper >= 80);
        shown.grid.setOverlays({});
        QVERIFY(shown.range("loss").upper < 30);
    }

    void new_steps_of_another_run_are_drawn() {
        Shown shown;
        shown.grid.setOverlays({second});
        shown.grid.appendOverlay(2, 1, {{"loss", 5.0}});
        shown.grid.appendOverlay(2, 2, {{"loss", 50.0}});
        QCOMPARE(overlaid(shown, "loss"), (std::vector<std::optional<double>>{50.0}));
        QVERIFY(shown.plot("loss")->yAxis->range().upper >= 50);
        // What is not laid over is nobody's.
        shown.grid.appendOverlay(9, 3, {{"loss", 500.0}});
        QVERIFY(overlaid(shown, "loss").size() == 1);
    }

    void each_run_has_its_own_time() {
        Shown shown;
        // The shown run takes a second a step, the other two.
        std::map<std::string, std::vector<MetricPoint>> own, other;
        for (std::int64_t step = 1; step <= 20; ++step) {
            own["step_time"].push_back({step, 1});
            other["step_time"].push_back({step, 2});
        }
        own["loss"] = line(20, 1);
        other["loss"] = line(20, 10);
        shown.grid.setMetrics(own);
        shown.grid.setOverlays({second});
        shown.grid.setOverlayMetrics(2, other);
        shown.grid.setView({.axis = XAxis::time});
        shown.grid.setShownStep(12);
        // After 12 seconds the other was at step 6.
        QCOMPARE(overlaid(shown, "loss"), (std::vector<std::optional<double>>{60.0}));
        QVERIFY(shown.range("loss").upper >= 40);
        const ChartSpec spec = shown.chart("loss")->spec();
        QCOMPARE(spec.series.size(), std::size_t{2});
        QVERIFY(spec.series[1].scale.has_value());
        QCOMPARE(spec.series[1].scale->at(20), 40.0);
    }

    void charts_that_are_added_have_them_too() {
        Shown shown;
        shown.grid.setOverlays({second});
        shown.grid.setOverlayMetrics(2, {{"loss", line(20, 3)}, {"reward", line(20, 1)}});
        shown.grid.addChart({"Other", {"loss"}});
        QCOMPARE(overlaid(shown, "other"), (std::vector<std::optional<double>>{60.0}));
        // They stay when another run is shown.
        shown.grid.showRun("grpo", {{"Loss", {"loss"}}}, {});
        shown.grid.setMetrics({{"loss", line(5, 1)}});
        QCOMPARE(overlaid(shown, "loss"), (std::vector<std::optional<double>>{60.0}));
    }

    void pictures_have_them_by_name_colour_and_pattern() {
        Shown shown;
        shown.grid.setOverlays({third});
        shown.grid.setOverlayMetrics(3, {{"loss", line(20, 2)}});
        const ChartSpec spec = shown.chart("loss")->spec();
        COMPARE_TEXT(spec.series.at(1).name, "third run");
        COMPARE_TEXT(spec.series[1].colour, algorithm_colour("ppo"));
        COMPARE_TEXT(spec.series[1].dashes, std::string(line_patterns[1]));
        QVERIFY(svg_chart(spec).find("third run") != std::string::npos);
    }
};

PLUMB_REGISTER_TEST(TestOverlay)
#include "overlay_test.moc"
