// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of groups: means, bands, every run, axes, the legend, what stays.
#include <QComboBox>
#include <QSignalSpy>

#include "made_comparison.h"
#include "plots/chart_bar.h"
#include "plots/chart_chooser.h"
#include "plots/chart_export.h"
#include "plots/chart_plot.h"
#include "plots/compare_charts.h"
#include "plots/group_strip.h"
#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct ShownGroups {
    CompareCharts charts;
    explicit ShownGroups(std::shared_ptr<const Comparison> comparison = made_comparison()) {
        charts.resize(1000, 600);
        charts.show();
        if (!QTest::qWaitForWindowExposed(&charts)) qFatal("the charts are not shown");
        set(std::move(comparison));
    }
    void set(std::shared_ptr<const Comparison> comparison) {
        charts.setComparison(std::move(comparison));
        wait();
    }
    void wait() {
        if (!QTest::qWaitFor([this] { return !charts.isComputing(); }))
            qFatal("nothing has been computed");
        charts.grid().redrawNow();
    }
    Chart* chart(const std::string& key) {
        for (Chart* each : charts.grid().charts())
            if (each->group().keys.front() == key) return each;
        return nullptr;
    }
    ChartPlot* plot(const std::string& key) { return chart(key)->findChild<ChartPlot*>(); }
    std::vector<ChartPlot::OverlaidValue> values(const std::string& key) {
        charts.grid().redrawNow();
        return plot(key)->overlaidValues();
    }
    QStringList keys() {
        QStringList keys;
        for (const Chart* each : charts.grid().shownCharts())
            keys << QString::fromStdString(each->group().keys.front());
        return keys;
    }
    void over(XAxis axis) {
        ChartsView view = charts.grid().view();
        view.axis = axis;
        charts.grid().setView(view);
        charts.grid().redrawNow();
    }
    QString strip() { return charts.findChild<GroupStrip*>()->text(); }
};

}  // namespace

class TestCompareCharts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void the_metrics_that_tell_most_are_shown_with_a_line_a_group() {
        ShownGroups shown;
        QCOMPARE(shown.keys(), QStringList({"eval/gold_reward", "eval/reward", "eval/kl_sequence",
                                            "entropy", "loss"}));
        const auto values = shown.values("eval/gold_reward");
        QCOMPARE(values.size(), std::size_t{2});
        // The seeds end at 1.4, 1.5 and 1.6: t(2) 0.1 / sqrt(3) around their mean.
        QCOMPARE(*values[0].value, 1.5);
        QVERIFY(std::abs(values[0].interval->high - 1.5 - 4.3027 * 0.1 / std::sqrt(3.0)) < 1e-3);
        QCOMPARE(*values[1].value, 1.4);
        QVERIFY(!values[1].interval);
    }

    void the_legend_names_groups_with_their_seeds() {
        ShownGroups shown;
        QVERIFY2(shown.strip().contains("PPO 3 seeds"), qPrintable(shown.strip()));
        QVERIFY2(shown.strip().contains("DPO 1 seed, no interval"), qPrintable(shown.strip()));
    }

    void a_group_is_taken_off_and_comes_back() {
        ShownGroups shown;
        QSignalSpy changed(&shown.charts, &CompareCharts::hiddenGroupsChanged);
        Q_EMIT shown.charts.findChild<GroupStrip*>()->toggled(0);
        shown.wait();
        QCOMPARE(shown.values("loss").size(), std::size_t{1});
        QCOMPARE(changed.count(), 1);
        QVERIFY(shown.strip().contains("PPO taken off"));
        Q_EMIT shown.charts.findChild<GroupStrip*>()->toggled(0);
        shown.wait();
        QCOMPARE(shown.values("loss").size(), std::size_t{2});
    }

    void every_run_has_its_own_curve_on_demand() {
        ShownGroups shown;
        shown.charts.setEveryRun(true);
        shown.wait();
        const auto values = shown.values("eval/gold_reward");
        QCOMPARE(values.size(), std::size_t{4});
        QCOMPARE(*values[2].value, 1.6);
        QVERIFY(!values[2].interval);
        QCOMPARE(values[2].run.colour, shown.charts.comparison()->groups[0].colour);
        // The choice is kept.
        QVERIFY(CompareCharts().showsEveryRun());
    }

    void all_axes_frame_all_groups() {
        ShownGroups shown;
        const std::pair<XAxis, double> ends[] = {{XAxis::step, 41},
                                                 {XAxis::time, 5 * 1.02},
                                                 {XAxis::tokens, 2000 * 1.02},
                                                 {XAxis::flops, 4e10 * 1.02}};
        for (const auto& [axis, end] : ends) {
            shown.over(axis);
            const double upper = shown.plot("loss")->xAxis->range().upper;
            QVERIFY2(std::abs(upper - end) <= 1e-9 * end, qPrintable(QString::number(upper)));
        }
        shown.over(XAxis::kl);
        QVERIFY(shown.plot("loss")->xAxis->range().upper > 2.9);
    }

    void a_group_without_the_axis_is_left_out_and_named() {
        ShownGroups shown;
        shown.over(XAxis::flops);
        QVERIFY2(shown.charts.note().contains("DPO"), qPrintable(shown.charts.note()));
        QCOMPARE(shown.chart("loss")->spec().series.size(), std::size_t{1});
        shown.over(XAxis::step);
        QVERIFY(!shown.charts.note().contains("DPO"));
        QCOMPARE(shown.chart("loss")->spec().series.size(), std::size_t{2});
    }

    void the_crosshair_has_a_value_of_each_group_at_its_place() {
        ShownGroups shown;
        shown.over(XAxis::time);
        Q_EMIT shown.chart("entropy")->crosshairMoved(20);  // of 40: after 2.5 seconds
        const auto values = shown.values("entropy");
        QCOMPARE(*values[0].value, 0.01 * (20 + 10) + 1);
        QVERIFY(values[0].interval);
        QCOMPARE(*values[1].value, 0.01 * 20 + 1);
    }

    void over_kl_the_crosshair_is_a_step_of_every_group() {
        ShownGroups shown;
        shown.over(XAxis::kl);
        Q_EMIT shown.chart("eval/gold_reward")->crosshairMoved(30);
        const auto values = shown.values("eval/gold_reward");
        QCOMPARE(*values[0].value, 0.01 * (30 + 10) + 1);
        QCOMPARE(*values[1].value, 0.01 * 30 + 1);
    }

    void a_newer_comparison_keeps_what_is_in_view() {
        ShownGroups shown;
        shown.charts.setHiddenGroups({"DPO"});
        shown.charts.grid().addChart({"Tokens", {"num_tokens"}});
        shown.wait();
        Q_EMIT shown.chart("loss")->xRangeChosen(5, 15);
        shown.set(made_comparison(60));
        QCOMPARE(shown.plot("loss")->xAxis->range(), QCPRange(5, 15));
        QVERIFY(shown.keys().contains("num_tokens"));
        QCOMPARE(shown.values("loss").size(), std::size_t{1});
        shown.charts.grid().follow();
        shown.charts.grid().redrawNow();
        QVERIFY(shown.plot("loss")->xAxis->range().upper > 60);
    }

    void several_metrics_are_a_chart_each() {
        ShownGroups shown;
        shown.charts.grid().addChart({"Two", {"num_tokens", "step_time"}});
        shown.wait();
        QVERIFY(shown.keys().contains("num_tokens") && shown.keys().contains("step_time"));
        QCOMPARE(shown.values("step_time").size(), std::size_t{2});
        shown.charts.grid().undoArrangement();
        QVERIFY(!shown.keys().contains("step_time") && !shown.keys().contains("num_tokens"));
    }

    void pictures_have_bands_and_files_of_points_all_groups() {
        ShownGroups shown;
        const ChartSpec spec = shown.chart("eval/gold_reward")->spec();
        QCOMPARE(spec.series.size(), std::size_t{2});
        QCOMPARE(spec.series[0].low.size(), std::size_t{4});
        QVERIFY(spec.series[1].low.empty());
        const std::string csv = shown.charts.grid().pointsCsv()({"eval/gold_reward"});
        QVERIFY2(csv.starts_with("group,metric,step,seconds,tokens,flops,kl,seeds,mean,low,high\n"),
                 csv.c_str());
        QVERIFY2(csv.find("\"DPO\",\"eval/gold_reward\",40,5,2000,,2.8,1,1.4,,\n") != csv.npos,
                 csv.c_str());
    }

    void nothing_to_compare_says_so() {
        ShownGroups shown;
        shown.set(nullptr);
        QVERIFY(shown.charts.findChild<QLabel*>("compareEmpty")->isVisible());
        QVERIFY(!shown.charts.grid().isVisible());
        shown.set(made_comparison());
        QVERIFY(shown.charts.grid().isVisible());
        QCOMPARE(shown.values("loss").size(), std::size_t{2});
    }

    void only_steps_are_clicked() {
        ShownGroups shown;
        QSignalSpy clicked(&shown.charts, &CompareCharts::stepClicked);
        Q_EMIT shown.charts.grid().stepClicked(7);
        shown.over(XAxis::time);
        Q_EMIT shown.charts.grid().stepClicked(7);
        QCOMPARE(clicked.count(), 1);
    }
};

PLUMB_REGISTER_TEST(TestCompareCharts)
#include "compare_charts_test.moc"
