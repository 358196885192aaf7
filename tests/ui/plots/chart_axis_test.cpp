// SPDX-License-Identifier: GPL-3.0-or-later
// What charts are drawn over: steps, time, tokens, FLOPs, KL.
#include <QComboBox>
#include <QSignalSpy>
#include <QToolButton>

#include "plots/chart_bar.h"
#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

/// Twenty steps of 2 s and 50 tokens; the KL rises to 9 and comes back to 0.
struct OverAxes : Shown {
    ChartBar bar{grid};
    OverAxes() {
        bar.show();
        std::map<std::string, std::vector<MetricPoint>> metrics = {{"reward", line(20, 0.1)},
                                                                   {"loss", line(20, 1)},
                                                                   {"num_tokens", line(20, 50)},
                                                                   {"cost/flops", line(20, 4e10)}};
        for (std::int64_t step = 1; step <= 20; ++step) {
            metrics["step_time"].push_back({step, 2});
            metrics["objective/kl"].push_back({step, step <= 10 ? step - 1.0 : 20.0 - step});
        }
        grid.setMetrics(metrics);
        grid.redrawNow();
    }
    QComboBox* combo() { return bar.findChild<QComboBox*>("xAxis"); }
    void choose(int index) {
        combo()->setCurrentIndex(index);
        Q_EMIT combo()->activated(index);
        grid.redrawNow();
    }
    void mouseAt(const QString& name, const QPointF& pixel) {
        QCustomPlot* at = plot(name);
        QMouseEvent move(QEvent::MouseMove, pixel, at->mapToGlobal(pixel), Qt::NoButton,
                         Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(at, &move);
        grid.redrawNow();
    }
    /// The pixel of a place and a value in a chart.
    QPointF pixelOf(const QString& name, double place, double value) {
        QCustomPlot* at = plot(name);
        at->replot(QCustomPlot::rpImmediateRefresh);
        return {at->xAxis->coordToPixel(place), at->yAxis->coordToPixel(value)};
    }
};

}  // namespace

class TestChartAxis : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void every_axis_shows_the_whole_run() {
        OverAxes shown;
        QCOMPARE(shown.range("loss").upper, 21.0);
        shown.choose(1);
        QCOMPARE(shown.range("loss").upper, 40.0 * 1.02);
        QCOMPARE(shown.range("reward").upper, 40.0 * 1.02);
        shown.choose(2);
        QCOMPARE(shown.range("loss").upper, 1000.0 * 1.02);
        shown.choose(3);
        QCOMPARE(shown.range("loss").upper, 8e11 * 1.02);
        shown.choose(4);
        QVERIFY(shown.range("loss").lower < 0 && shown.range("loss").lower > -1);
        QVERIFY(shown.range("loss").upper > 8.9 && shown.range("loss").upper < 10);
        shown.choose(0);
        QCOMPARE(shown.range("loss").upper, 21.0);
    }

    void the_crosshair_stands_at_the_same_step_over_time() {
        OverAxes shown;
        shown.choose(1);
        // After 14 s the seventh step was done.
        shown.mouseAt("loss", shown.pixelOf("loss", 14, 10));
        QCOMPARE(shown.values("loss"), "7");
        QCOMPARE(shown.values("reward"), "0.7");
        QCOMPARE(shown.chart("loss")->tag(), "14s, step 7");
    }

    void large_numbers_have_one_suffix_and_differ() {
        OverAxes shown;
        shown.choose(3);
        shown.plot("loss")->replot(QCustomPlot::rpImmediateRefresh);
        QCOMPARE(shown.plot("loss")->xAxis->tickVectorLabels(),
                 QVector<QString>({"0", "200G", "400G", "600G", "800G"}));
        Q_EMIT shown.chart("loss")->xRangeChosen(4.0e11, 4.01e11);
        shown.grid.redrawNow();
        shown.plot("loss")->replot(QCustomPlot::rpImmediateRefresh);
        QVector<QString> labels = shown.plot("loss")->xAxis->tickVectorLabels();
        const auto count = labels.size();
        labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
        QVERIFY(count >= 3);
        QCOMPARE(labels.size(), count);
        shown.mouseAt("loss", shown.pixelOf("loss", 4.005e11, 10));
        QCOMPARE(shown.chart("loss")->tag(), "400G FLOPs, step 10");
    }

    void a_click_over_tokens_chooses_the_step() {
        OverAxes shown;
        shown.choose(2);
        QSignalSpy clicks(&shown.grid, &ChartGrid::stepClicked);
        const QPoint at = shown.pixelOf("loss", 650, 10).toPoint();
        QTest::mouseClick(shown.plot("loss"), Qt::LeftButton, {}, at);
        QCOMPARE(clicks.count(), 1);
        QCOMPARE(clicks.first().first().toLongLong(), 13);
    }

    void over_kl_the_nearest_point_of_the_path_counts() {
        OverAxes shown;
        QTest::keyClick(shown.chart("loss"), Qt::Key_S);  // strong
        QTest::keyClick(shown.chart("loss"), Qt::Key_S);  // none: the path is that of the points
        shown.choose(4);
        // The KL is 5 at step 6, and again at step 15.
        shown.mouseAt("loss", shown.pixelOf("loss", 5, 6));
        QCOMPARE(shown.values("loss"), "6");
        shown.mouseAt("loss", shown.pixelOf("loss", 5, 15));
        QCOMPARE(shown.values("loss"), "15");
        QCOMPARE(shown.values("reward"), "1.5");
        QCOMPARE(shown.chart("loss")->tag(), "KL 5, step 15");
    }

    void it_goes_on_while_data_streams() {
        OverAxes shown;
        shown.choose(1);
        shown.grid.append(21, {{"loss", 21}, {"step_time", 8}});
        QCOMPARE(shown.range("loss").upper, 48.0 * 1.02);
        shown.wheel("loss", 1);
        const QCPRange zoomed = shown.range("loss");
        shown.grid.append(22, {{"loss", 21}, {"step_time", 8}});
        QCOMPARE(shown.range("loss").upper, zoomed.upper);
        // Another axis shows the whole run again: a range of the old one means nothing on it.
        shown.choose(0);
        QVERIFY(shown.grid.isFollowing());
        QCOMPARE(shown.range("loss").upper, 23.0);
    }

    void the_choice_is_kept_and_falls_back_to_steps_where_a_run_cannot_have_it() {
        OverAxes().choose(4);
        Shown without;
        ChartBar bar(without.grid);
        auto* combo = bar.findChild<QComboBox*>("xAxis");
        QCOMPARE(combo->currentText(), "step");
        QCOMPARE(without.range("loss").upper, 21.0);
        QVERIFY(!(combo->model()->flags(combo->model()->index(4, 0)) & Qt::ItemIsEnabled));
        QVERIFY(combo->itemData(4, Qt::ToolTipRole).toString().contains("no KL"));
        // As soon as it is measured, the charts go over to it.
        without.grid.append(20, {{"eval/kl_sequence", 4}});
        QCOMPARE(combo->currentText(), "KL");
        QCOMPARE(OverAxes().combo()->currentText(), "KL");
    }

    void steps_can_be_logarithmic() {
        OverAxes shown;
        auto* button = shown.bar.findChild<QToolButton*>("logarithmicX");
        button->click();
        QCOMPARE(shown.range("loss").lower, 1.0);
        QCOMPARE(shown.plot("reward")->xAxis->scaleType(), QCPAxis::stLogarithmic);
        shown.choose(1);
        QCOMPARE(shown.range("loss").lower, 2.0);
        QVERIFY(OverAxes().grid.view().logarithmicX);
        shown.choose(4);
        QVERIFY(shown.range("loss").lower > 0);
        button->click();
        QCOMPARE(shown.plot("reward")->xAxis->scaleType(), QCPAxis::stLinear);
    }

    void a_phase_keeps_its_own_steps() {
        Shown shown({{"Reward", {"reward"}}, {"Supervised start", {"start/loss"}}});
        shown.grid.append(7, {{"start/loss", 3}});
        shown.grid.append(1, {{"step_time", 2}, {"reward", 1}});
        ChartsView view = shown.grid.view();
        view.axis = XAxis::time;
        shown.grid.setView(view);
        QCOMPARE(shown.range("reward").upper, 2.0 * 1.02);
        QCOMPARE(shown.range("supervised start").upper, 10.0);
        // The crosshair of one kind of steps means nothing in the other.
        shown.chart("supervised start")->setFocus();
        QTest::keyClick(shown.chart("supervised start"), Qt::Key_Left);
        shown.grid.redrawNow();
        QCOMPARE(shown.chart("supervised start")->tag(), "step 6");
        QCOMPARE(shown.values("reward"), "2");
        QCOMPARE(shown.chart("reward")->tag(), "");
    }
};

PLUMB_REGISTER_TEST(TestChartAxis)
#include "chart_axis_test.moc"
