// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <QLabel>
#include <QSignalSpy>
#include <QWheelEvent>

#include <qcustomplot.h>

#include "base/files.h"
#include "plots/chart.h"
#include "plots/chart_export.h"
#include "plots/chart_grid.h"
#include "plots/curve.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

std::vector<MetricPoint> line(std::int64_t steps, double slope) {
    std::vector<MetricPoint> points;
    for (std::int64_t step = 1; step <= steps; ++step)
        points.push_back({step, slope * static_cast<double>(step)});
    return points;
}

const std::vector<ChartGroup> groups = {{"Reward", {"reward", "eval/reward"}}, {"Loss", {"loss"}}};

/// What the label says, without its markup.
QString plain(const QLabel* label) {
    QTextDocument document;
    document.setHtml(label->text());
    return document.toPlainText();
}

/// A grid that is shown, with rewards from 0.1 to 2 and losses from 1 to 20 over 20 steps.
struct Shown {
    ChartGrid grid;
    Shown() {
        grid.resize(760, 400);
        grid.show();
        grid.showRun("grpo", groups, {{"Loss", "nothing here yet"}});
        grid.setMetric("reward", line(20, 0.1));
        grid.setMetric("loss", line(20, 1));
        grid.redrawNow();
    }
    Chart* chart(const QString& name) { return grid.findChild<Chart*>("chart:" + name); }
    QString values(const QString& name) {
        grid.redrawNow();
        return plain(chart(name)->findChild<QLabel*>("values"));
    }
    QCPRange steps(const QString& name) {
        grid.redrawNow();
        return chart(name)->findChild<QCustomPlot*>()->xAxis->range();
    }
    void wheel(const QString& name, int turns) {
        auto* plot = chart(name)->findChild<QCustomPlot*>();
        const QPointF at = plot->axisRect()->center();
        QWheelEvent event(at, plot->mapToGlobal(at), {}, {0, 120 * turns}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(plot, &event);
    }
};

}  // namespace

class TestChart : public QObject {
    Q_OBJECT
private Q_SLOTS:
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
        QCOMPARE(shown.steps("loss").upper, 21.0);
        shown.grid.append(100, {{"loss", 3}});
        QCOMPARE(shown.steps("loss").upper, 102.0);

        QSignalSpy changes(&shown.grid, &ChartGrid::followingChanged);
        shown.wheel("loss", 2);
        QVERIFY(!shown.grid.isFollowing());
        QCOMPARE(changes.count(), 1);
        const QCPRange zoomed = shown.steps("loss");
        QVERIFY(zoomed.size() < 80);
        QCOMPARE(shown.steps("reward").lower, zoomed.lower);
        QCOMPARE(shown.steps("reward").upper, zoomed.upper);

        shown.grid.append(200, {{"loss", 3}});
        QCOMPARE(shown.steps("loss").upper, zoomed.upper);
        QTest::keyClick(shown.chart("reward"), Qt::Key_Home);
        QVERIFY(shown.grid.isFollowing());
        QCOMPARE(shown.steps("loss").upper, 204.0);
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

    void not_a_number_is_a_gap() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const std::vector<MetricPoint> points = {{1, 1}, {2, nan}, {3, 4}};
        const DrawnCurve drawn = drawnCurve(points, 200, false);
        QCOMPARE(drawn.values.size(), 3u);
        QVERIFY(std::isnan(drawn.values[1]));
        const auto range = valueRange(drawn.values, false);
        QVERIFY(range && range->low < 1 && range->high > 4 && range->high < 5);
        QVERIFY(!valueRange({nan}, false));
        const DrawnCurve logarithmic =
            drawnCurve(std::vector<MetricPoint>{{1, -1}, {2, 2}}, 200, true);
        QVERIFY(std::isnan(logarithmic.values[0]));
    }

    void outliers_can_be_left_out_of_view() {
        std::vector<double> values(200, 1.0);
        values[100] = 1000;
        values[101] = 2;
        QVERIFY(valueRange(values, false)->high > 1000);
        QVERIFY(valueRange(values, true)->high < 3);
    }

    void a_chart_is_saved_in_each_format() {
        Shown shown;
        shown.grid.append(20, {{"eval/reward", 1.5}});
        const ChartSpec spec = shown.chart("reward")->spec();
        const auto csv = encodeChart(spec, "a.csv");
        VERIFY_OK(csv);
        const QList<QByteArray> lines = csv->trimmed().split('\n');
        QCOMPARE(lines.size(), 21);
        QCOMPARE(lines.first(), QByteArray("step,training,held out"));
        QCOMPARE(lines.last(), QByteArray("20,2,1.5"));
        const auto png = encodeChart(spec, "a.png");
        VERIFY_OK(png);
        QImage picture;
        QVERIFY(picture.loadFromData(*png, "PNG"));
        QVERIFY(picture.width() > 1000);
        const auto pdf = encodeChart(spec, "a.pdf");
        VERIFY_OK(pdf);
        QVERIFY(pdf->startsWith("%PDF"));
        const auto svg = encodeChart(spec, "a.SVG");
        VERIFY_OK(svg);
        QVERIFY(svg->contains("<svg") && svg->contains("Reward"));
        QVERIFY(!encodeChart(spec, "a.doc").ok());
    }

    void a_file_that_cannot_be_written_is_told() {
        Shown shown;
        QSignalSpy problems(&shown.grid, &ChartGrid::problem);
        shown.chart("loss")->save("/nowhere/at/all/loss.svg");
        QVERIFY(problems.wait(5000));
        QVERIFY(problems.first().first().toString().contains("/nowhere/at/all"));

        const TemporaryFolder folder;
        const QString file = QString::fromStdString((folder.path() / "loss.csv").string());
        shown.chart("loss")->save(file);
        QTRY_VERIFY(QFile::exists(file));
    }
};

PLUMB_REGISTER_TEST(TestChart)
#include "chart_test.moc"
