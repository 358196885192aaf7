// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QSignalSpy>

#include "plots/curve.h"
#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

const std::vector<ChartGroup> groups = {{"Reward", {"reward", "eval/reward"}}, {"Loss", {"loss"}}};

}  // namespace

class TestChart : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void the_header_shows_the_last_value_and_that_at_the_crosshair() {
        Shown shown;
        QCOMPARE(shown.values("loss"), "20");
        shown.grid.setShownStep(7);
        QCOMPARE(shown.values("loss"), "7");
        QCOMPARE(shown.values("reward"), "0.7");
        shown.grid.setShownStep(std::nullopt);
        QCOMPARE(shown.values("loss"), "20");
    }

    void several_curves_have_their_names_and_values() {
        Shown shown;
        shown.grid.append(20, {{"eval/reward", 1.5}});
        QCOMPARE(shown.values("reward"), "");
        const auto* names = shown.chart("reward")->findChild<QLabel*>("names");
        QVERIFY(plain(names).contains("training 2 "));
        QVERIFY(plain(names).contains("held out 1.5"));
        QVERIFY(!names->isHidden());
        QVERIFY(shown.chart("loss")->findChild<QLabel*>("names")->isHidden());
    }

    void many_values_stand_beside_their_names_and_gold_in_its_colour() {
        ChartGrid grid;
        grid.resize(760, 400);
        grid.show();
        grid.showRun("ppo", default_charts("ppo"), {});
        grid.append(1, {{"reward", 2.5}, {"gold_reward", -0.5}, {"eval/reward", 2}});
        grid.redrawNow();
        auto* chart = grid.findChild<Chart*>("chart:reward");
        QCOMPARE(plain(chart->findChild<QLabel*>("values")), "");
        const auto* names = chart->findChild<QLabel*>("names");
        QVERIFY2(plain(names).contains(QString("gold \u2011"
                                               "0.5")),
                 qPrintable(plain(names)));
        QVERIFY(names->text().contains("#e69f00", Qt::CaseInsensitive));
        const ChartSpec spec = chart->spec();
        QCOMPARE(QString::fromStdString(spec.series.at(2).colour), "#E69F00");
        QVERIFY(!spec.series.at(1).dashes.empty() && spec.series.at(2).dashes.empty());
    }

    void a_lone_curve_that_is_not_the_titles_is_named() {
        ChartGrid grid;
        grid.resize(760, 400);
        grid.show();
        grid.showRun("dpo", default_charts("dpo"), {});
        grid.append(0, {{"eval/gold_reward", 1.5}, {"loss", 0.7}});
        grid.redrawNow();
        const auto* names = grid.findChild<Chart*>("chart:reward")->findChild<QLabel*>("names");
        QVERIFY(names->isVisible());
        QVERIFY2(plain(names).contains(QString("held\u2011"
                                               "out gold")),
                 qPrintable(plain(names)));
        QVERIFY(grid.findChild<Chart*>("chart:loss")->findChild<QLabel*>("names")->isHidden());
    }

    void every_algorithm_draws_what_it_reports() {
        for (const char* algorithm : {"sft", "reward", "dpo", "ppo", "grpo", "rloo"}) {
            ChartGrid grid;
            grid.resize(760, 400);
            grid.show();
            grid.showRun(algorithm, default_charts(algorithm), {});
            for (const Chart* chart : grid.charts()) QVERIFY(!chart->isVisible());
            for (const ChartGroup& group : default_charts(algorithm))
                grid.append(1, {{group.keys.front(), 1.0}});
            for (Chart* chart : grid.charts()) QVERIFY(chart->isVisible() && chart->hasPoints());
        }
    }

    void a_phase_has_its_own_steps_and_stands_first_until_the_training() {
        ChartGrid grid;
        grid.resize(760, 400);
        grid.show();
        grid.showRun("ppo", default_charts("ppo"), {{"Reward", "waiting"}});
        grid.append(200, {{"start/loss", 2}});
        grid.redrawNow();
        auto* reward = grid.findChild<Chart*>("chart:reward");
        auto* start = grid.findChild<Chart*>("chart:supervised start");
        QTRY_VERIFY(start->x() < reward->x());
        grid.append(1, {{"reward", 1}});
        grid.redrawNow();
        QTRY_VERIFY(reward->x() < start->x());
        QCOMPARE(reward->findChild<QCustomPlot*>()->xAxis->range().upper, 10.0);
        QCOMPARE(start->findChild<QCustomPlot*>()->xAxis->range().upper, 204.0);
    }

    void a_step_that_comes_again_replaces_its_value() {
        Shown shown;
        shown.grid.append(20, {{"loss", 5}});
        shown.grid.append(19, {{"loss", 4}});
        QCOMPARE(shown.values("loss"), "5");
        shown.grid.setShownStep(19);
        QCOMPARE(shown.values("loss"), "4");
    }

    void charts_follow_until_the_user_zooms() {
        Shown shown;
        QVERIFY(shown.grid.isFollowing());
        QCOMPARE(shown.range("loss").upper, 21.0);
        shown.grid.append(100, {{"loss", 3}});
        QCOMPARE(shown.range("loss").upper, 102.0);

        QSignalSpy changes(&shown.grid, &ChartGrid::followingChanged);
        shown.wheel("loss", 2);
        QVERIFY(!shown.grid.isFollowing());
        QCOMPARE(changes.count(), 1);
        const QCPRange zoomed = shown.range("loss");
        QVERIFY(zoomed.size() < 80);
        QCOMPARE(shown.range("reward").lower, zoomed.lower);
        QCOMPARE(shown.range("reward").upper, zoomed.upper);

        shown.grid.append(200, {{"loss", 3}});
        QCOMPARE(shown.range("loss").upper, zoomed.upper);
        QTest::keyClick(shown.chart("reward"), Qt::Key_Home);
        QVERIFY(shown.grid.isFollowing());
        QCOMPARE(shown.range("loss").upper, 204.0);
    }

    void keys_move_the_crosshair_of_all_charts() {
        Shown shown;
        QTest::keyClick(shown.chart("loss"), Qt::Key_Left);
        QCOMPARE(shown.values("loss"), "19");
        QCOMPARE(shown.values("reward"), "1.9");
        QTest::keyClick(shown.chart("loss"), Qt::Key_Left);
        QSignalSpy clicks(&shown.grid, &ChartGrid::stepClicked);
        QTest::keyClick(shown.chart("loss"), Qt::Key_Return);
        QCOMPARE(clicks.count(), 1);
        QCOMPARE(clicks.first().first().toLongLong(), 18);
    }

    void a_chart_without_points_says_why_or_is_left_out() {
        ChartGrid grid;
        grid.resize(760, 400);
        grid.show();
        grid.showRun("grpo", groups, {{"Loss", "nothing here yet"}});
        grid.redrawNow();
        auto* loss = grid.findChild<Chart*>("chart:loss");
        QCOMPARE(loss->findChild<QLabel*>("empty")->text(), "nothing here yet");
        QVERIFY(loss->isVisible());
        QVERIFY(!grid.findChild<Chart*>("chart:reward")->isVisible());
        grid.append(1, {{"reward", 1}});
        QVERIFY(grid.findChild<Chart*>("chart:reward")->isVisible());
    }

    void smoothing_goes_round_with_its_key_and_is_kept() {
        Shown shown;
        QVERIFY(!shown.grid.view().smoothing);
        QTest::keyClick(shown.chart("loss"), Qt::Key_S);
        QCOMPARE(shown.grid.view().smoothing, std::optional(0.9));
        QTest::keyClick(shown.chart("reward"), Qt::Key_S);
        QCOMPARE(shown.grid.view().smoothing, std::optional(0.0));
        QCOMPARE(Shown().grid.view().smoothing, std::optional(0.0));
    }

    void not_a_number_is_a_gap() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const std::vector<MetricPoint> points = {{1, 1}, {2, nan}, {3, 4}};
        PlotView view{.first = 0, .last = 10, .pixels = 200};
        const DrawnCurve drawn = drawnCurve(points, {}, view);
        QCOMPARE(drawn.values.size(), 3u);
        QVERIFY(std::isnan(drawn.values[1]));
        const auto range = valueRange(drawn.values, false);
        QVERIFY(range && range->low < 1 && range->high > 4 && range->high < 5);
        QVERIFY(!valueRange({nan}, false));
        view.logarithmicY = true;
        QVERIFY(
            std::isnan(drawnCurve(std::vector<MetricPoint>{{1, -1}, {2, 2}}, {}, view).values[0]));
        view = {.first = 0, .last = 10, .pixels = 200, .logarithmicX = true};
        const DrawnCurve logarithmic =
            drawnCurve(std::vector<MetricPoint>{{0, 1}, {2, 2}}, {}, view);
        QVERIFY(std::isnan(logarithmic.places[0]) && logarithmic.places[1] == 2);
    }

    void a_long_curve_is_thinned_and_keeps_its_spikes() {
        std::vector<MetricPoint> points = line(20'000, 0);
        points[12'345].value = 7;
        points[12'346].value = -7;
        const DrawnCurve drawn =
            drawnCurve(points, {}, {.first = 0, .last = 20'000, .pixels = 240});
        QVERIFY2(drawn.steps.size() < 600, qPrintable(QString::number(drawn.steps.size())));
        QVERIFY(std::ranges::find(drawn.values, 7.0) != drawn.values.end());
        QVERIFY(std::ranges::find(drawn.values, -7.0) != drawn.values.end());
        // Of a part that is zoomed into every point is drawn, and one beyond each end.
        const DrawnCurve near =
            drawnCurve(points, {}, {.first = 12'000, .last = 12'100, .pixels = 240});
        QCOMPARE(near.steps.size(), 103u);
        QCOMPARE(near.steps.front(), 11'999);
        QCOMPARE(near.steps.back(), 12'101);
    }

    void outliers_can_be_left_out_of_view() {
        std::vector<double> values(200, 1.0);
        values[100] = 1000;
        values[101] = 2;
        QVERIFY(valueRange(values, false)->high > 1000);
        QVERIFY(valueRange(values, true)->high < 3);
        values[102] = -5;
        const auto positive = valueRange(values, false, true);
        QVERIFY(positive->low > 0.5 && positive->low < 1 && positive->high > 1000);
    }

    void outliers_of_a_long_curve_are_told_from_all_its_points() {
        // Thinning keeps each of these spikes; they are 1 % of the points all the same.
        std::vector<MetricPoint> points = line(10'000, 0);
        for (std::size_t i = 0; i < points.size(); ++i)
            points[i].value = i % 100 == 50 ? 1000 : static_cast<double>(i % 7);
        Shown shown;
        shown.grid.setMetrics({{"loss", points}});
        shown.grid.redrawNow();
        QVERIFY(shown.plot("loss")->yAxis->range().upper > 1000);
        QTest::keyClick(shown.chart("loss"), Qt::Key_O);
        shown.grid.redrawNow();
        QVERIFY2(shown.plot("loss")->yAxis->range().upper < 10,
                 qPrintable(QString::number(shown.plot("loss")->yAxis->range().upper)));
        QVERIFY(shown.chart("loss")->setup().clipsOutliers);
    }

    void values_can_be_logarithmic_and_are_labelled() {
        Shown shown;
        QTest::keyClick(shown.chart("loss"), Qt::Key_Y);
        shown.grid.redrawNow();
        const QCPAxis* axis = shown.plot("loss")->yAxis;
        QCOMPARE(axis->scaleType(), QCPAxis::stLogarithmic);
        QVERIFY(axis->range().lower > 0.5);
        shown.plot("loss")->replot(QCustomPlot::rpImmediateRefresh);
        QVERIFY(axis->tickVectorLabels().size() >= 3 && axis->tickVectorLabels().size() <= 6);
        QVERIFY(axis->tickVectorLabels().contains("10"));
    }

    void a_length_has_its_band_and_says_so() {
        Shown shown(std::vector<ChartGroup>{{"Completion length", {"completions/mean_length"}}});
        shown.grid.append(1, {{"completions/mean_length", 11},
                              {"completions/min_length", 4},
                              {"completions/max_length", 28}});
        QCOMPARE(shown.values("completion length"), "11 (4 to 28) tokens");
        // The values in view are those of the band too.
        QVERIFY(shown.plot("completion length")->yAxis->range().upper > 28);
    }

    void marks_say_what_they_are() {
        Shown shown;
        shown.grid.setMarks({{5, MarkKind::edit, "beta 0 → 0.1"}});
        shown.grid.append(9, {{"non_finite_skipped", 1}});
        shown.grid.redrawNow();
        const ChartSpec spec = shown.chart("loss")->spec();
        QCOMPARE(spec.marks.size(), 2u);
        QCOMPARE(spec.marks[1].kind, MarkKind::alert);
        // By the keyboard: where the crosshair comes by one, its text is shown.
        shown.grid.setShownStep(6);
        QTest::keyClick(shown.chart("loss"), Qt::Key_Left);
        QCOMPARE(QToolTip::text(), QStringLiteral("step 5: beta 0 → 0.1"));
        QToolTip::hideText();
    }

    void the_crosshair_says_where_it_is_and_what_the_values_are() {
        Shown shown;
        shown.chart("loss")->setFocus();
        QTest::keyClick(shown.chart("loss"), Qt::Key_Left);
        shown.grid.redrawNow();
        QCOMPARE(shown.chart("loss")->tag(), "step 19");
        QCOMPARE(shown.chart("reward")->tag(), "");
        QCOMPARE(shown.chart("loss")->accessibleDescription(), "step 19: Loss 19");
    }

    void zooming_and_moving_have_keys() {
        Shown shown;
        QTest::keyClick(shown.chart("loss"), Qt::Key_Plus);
        QVERIFY(!shown.grid.isFollowing());
        const QCPRange zoomed = shown.range("loss");
        QCOMPARE(zoomed.size(), 21 * 0.8);
        QTest::keyClick(shown.chart("loss"), Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(shown.range("reward").lower, zoomed.lower + 0.1 * zoomed.size());
        const double high = shown.plot("loss")->yAxis->range().upper;
        QTest::keyClick(shown.chart("loss"), Qt::Key_Plus, Qt::ControlModifier);
        shown.grid.append(21, {{"loss", 100}});
        shown.grid.redrawNow();
        QVERIFY(shown.plot("loss")->yAxis->range().upper < high);
        QTest::keyClick(shown.chart("loss"), Qt::Key_Home);
        shown.grid.redrawNow();
        QVERIFY(shown.plot("loss")->yAxis->range().upper > 100);
    }

    void a_run_that_is_read_again_leaves_the_view_alone() {
        Shown shown;
        shown.wheel("loss", 2);
        const QCPRange zoomed = shown.range("loss");
        shown.grid.setMetrics({{"reward", line(300, 0.1)}, {"loss", line(300, 1)}});
        QCOMPARE(shown.range("loss").upper, zoomed.upper);
        QVERIFY(!shown.grid.isFollowing());
    }
};

PLUMB_REGISTER_TEST(TestChart)
#include "chart_test.moc"
