// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/frontier_plot.h"

#include <QSignalSpy>

#include "made_comparison.h"
#include "plots/frontier_canvas.h"
#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct ShownFrontier {
    FrontierPlot plot;
    explicit ShownFrontier(std::shared_ptr<const Comparison> comparison = made_sweep()) {
        plot.resize(600, 300);
        plot.show();
        plot.activateWindow();
        if (!QTest::qWaitForWindowActive(&plot)) qFatal("the plot has no focus to give");
        plot.setComparison(std::move(comparison));
        canvas()->replot(QCustomPlot::rpImmediateRefresh);
    }
    FrontierCanvas* canvas() { return plot.findChild<FrontierCanvas*>(); }
    std::vector<double> coefficients() {
        std::vector<double> result;
        for (const FrontierPoint& point : plot.points()) result.push_back(*point.coefficient);
        return result;
    }
};

}  // namespace

class TestFrontierPlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void a_sweep_is_joined_by_rising_coefficient() {
        ShownFrontier shown;
        QCOMPARE(shown.coefficients(), (std::vector<double>{0.05, 0.1, 0.4, 0.02, 0.2}));
        const auto& series = shown.canvas()->spec().series;
        QCOMPARE(series.size(), std::size_t{2});
        QVERIFY(series[0].is_joined);
        COMPARE_TEXT(series[0].name, "PPO, kl_coef");
        COMPARE_TEXT(series[0].points[0].label, "0.05");
    }

    void evaluations_are_joined_by_step() {
        ShownFrontier shown(made_comparison());
        shown.plot.setWhat(FrontierOf::evaluations);
        QCOMPARE(shown.plot.points().size(), std::size_t{8});
        QCOMPARE(shown.plot.points()[0].step, std::int64_t{10});
        QCOMPARE(shown.plot.points()[3].step, std::int64_t{40});
        QCOMPARE(FrontierPlot().what(), FrontierOf::evaluations);
    }

    void gold_and_proxy_are_told_apart() {
        ShownFrontier shown;
        shown.plot.setRewards(FrontierRewards::both);
        const auto& series = shown.canvas()->spec().series;
        QCOMPARE(series.size(), std::size_t{4});
        QVERIFY(!series[0].is_hollow && series[1].is_hollow);
        QCOMPARE(series[1].points[0].y, 1.5 * series[0].points[0].y);
        // A point has both rewards, and the keys come to it once.
        QCOMPARE(shown.plot.points().size(), std::size_t{5});
    }

    void a_click_and_return_choose_a_point() {
        ShownFrontier shown;
        QSignalSpy chosen(&shown.plot, &FrontierPlot::pointChosen);
        const auto at = shown.canvas()->pixelOf(shown.canvas()->spec().series[0].points[2].source);
        QVERIFY(at);
        QTest::mouseClick(shown.canvas(), Qt::LeftButton, {}, at->toPoint());
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][1].toLongLong(), 40);
        const auto group = chosen[0][0].value<std::size_t>();
        COMPARE_TEXT(made_sweep()->groups[group].name, "PPO, kl_coef 0.4");
        shown.plot.setFocus();
        QTest::keyClick(&shown.plot, Qt::Key_Right);
        QTest::keyClick(&shown.plot, Qt::Key_Right);
        QCOMPARE(shown.plot.currentPoint(), 1);
        QTest::keyClick(&shown.plot, Qt::Key_Return);
        QCOMPARE(chosen.count(), 2);
        QVERIFY(shown.plot.accessibleDescription().contains("kl_coef 0.1"));
    }

    void hovering_tells_runs_seeds_and_intervals() {
        ShownFrontier shown(made_comparison());
        const QString text = shown.plot.pointText(0);
        for (const char* part : {"PPO", "step 40", "3 seeds", "KL 3", "run 1 (seed 0)",
                                 "gold reward 1.5", "reward 2.25"})
            QVERIFY2(text.contains(part), qPrintable(text));
    }

    void zoom_stays_and_home_shows_all() {
        ShownFrontier shown;
        const QCPRange whole = shown.canvas()->xAxis->range();
        shown.plot.setFocus();
        QTest::keyClick(&shown.plot, Qt::Key_Plus);
        const QCPRange near = shown.canvas()->xAxis->range();
        QVERIFY(near.size() < whole.size());
        shown.plot.setComparison(made_sweep());
        QCOMPARE(shown.canvas()->xAxis->range(), near);
        QTest::keyClick(&shown.plot, Qt::Key_Home);
        QCOMPARE(shown.canvas()->xAxis->range(), whole);
    }

    void hidden_groups_are_left_out() {
        ShownFrontier shown(made_comparison());
        shown.plot.setHiddenGroups({"PPO"});
        QCOMPARE(shown.plot.points().size(), std::size_t{1});
        shown.plot.setHiddenGroups({"PPO", "DPO"});
        QVERIFY2(shown.plot.emptyText().contains("taken off"), qPrintable(shown.plot.emptyText()));
    }

    void without_kl_or_gold_it_says_why() {
        std::vector<ComparedRun> runs = {made_run(1, "ppo", 0, 20)};
        runs[0].metrics.erase("eval/gold_reward");
        ShownFrontier shown(std::make_shared<const Comparison>(compare_runs(runs)));
        QVERIFY2(shown.plot.emptyText().contains("gold reward"),
                 qPrintable(shown.plot.emptyText()));
        shown.plot.setRewards(FrontierRewards::proxy);
        QCOMPARE(shown.plot.emptyText(), "");
        runs[0].metrics.erase("eval/kl_sequence");
        shown.plot.setComparison(std::make_shared<const Comparison>(compare_runs(runs)));
        QVERIFY2(shown.plot.emptyText().contains("eval/kl_sequence"),
                 qPrintable(shown.plot.emptyText()));
        shown.plot.setComparison(nullptr);
        QVERIFY(!shown.plot.emptyText().isEmpty());
        QTest::keyClick(&shown.plot, Qt::Key_Right);
        QCOMPARE(shown.plot.currentPoint(), -1);
    }

    void a_logarithmic_axis_shows_the_same_points() {
        ShownFrontier shown;
        shown.plot.setLogarithmic(true);
        QCOMPARE(shown.canvas()->xAxis->scaleType(), QCPAxis::stLogarithmic);
        QVERIFY(shown.canvas()->xAxis->range().lower > 0);
        QCOMPARE(shown.plot.points().size(), std::size_t{5});
    }
};

PLUMB_REGISTER_TEST(TestFrontierPlot)
#include "frontier_plot_test.moc"
