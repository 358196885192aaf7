// SPDX-License-Identifier: GPL-3.0-or-later
// Adding charts through the dialog, the menu of all charts, and files.
#include <QComboBox>
#include <QFileDialog>
#include <QImage>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeWidget>

#include "base/files.h"
#include "plots/chart_bar.h"
#include "plots/chart_chooser.h"
#include "plots/chart_export.h"
#include "plots/chart_save.h"
#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct WithBar : Shown {
    ChartBar bar{grid};
    WithBar() {
        grid.append(20, {{"entropy", 1.5}, {"grad_norm", 0.5}, {"start/loss", 3}});
        bar.show();
    }
    ChartChooser* chooser() { return bar.findChild<ChartChooser*>(); }
    template <class Widget>
    Widget* in(const QString& name) {
        return chooser()->findChild<Widget*>(name);
    }
    QTreeWidgetItem* row(const QString& key) {
        const auto found = in<QTreeWidget>("chooserMetrics")->findItems(key, Qt::MatchExactly, 1);
        return found.isEmpty() ? nullptr : found.first();
    }
    void accept() { in<QPushButton>("chooserAccept")->click(); }
    QAction* menuAction(const QString& name) {
        auto* menu = bar.findChild<QMenu*>("chartsMenu");
        Q_EMIT menu->aboutToShow();
        return menu->findChild<QAction*>(name);
    }
};

}  // namespace

class TestChartBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void a_chart_is_added_from_what_the_run_records() {
        WithBar shown;
        shown.menuAction("addChart")->trigger();
        QVERIFY(shown.chooser());
        QCOMPARE(shown.row("entropy")->text(0), "Entropy (nats/token)");
        QCOMPARE(shown.row("entropy")->text(2), "1.5");
        QVERIFY(!shown.in<QPushButton>("chooserAccept")->isEnabled());

        shown.in<QLineEdit>("chooserSearch")->setText("before clipping");
        QVERIFY(shown.row("entropy")->isHidden());
        QVERIFY(!shown.row("grad_norm")->isHidden());
        shown.row("grad_norm")->setCheckState(0, Qt::Checked);
        shown.accept();
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Gradient norm"}));
        QCOMPARE(shown.values("gradient norm"), "0.5");
        QVERIFY(!shown.chooser() || !shown.chooser()->isVisible());
    }

    void a_metric_is_added_to_a_chart_that_is_there() {
        WithBar shown;
        QTest::keyClick(shown.chart("loss"), Qt::Key_C);
        QCOMPARE(shown.in<QComboBox>("chooserTarget")->currentText(), "Loss");
        QCOMPARE(shown.row("loss")->checkState(0), Qt::Checked);
        shown.row("entropy")->setCheckState(0, Qt::Checked);
        shown.in<QLineEdit>("chooserTitle")->setText("Loss and more");
        shown.accept();
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss and more"}));
        QCOMPARE(shown.chart("loss and more")->group().keys,
                 (std::vector<std::string>{"loss", "entropy"}));
    }

    void another_target_shows_its_own_curves() {
        WithBar shown;
        shown.bar.chooseCurves(nullptr);
        shown.in<QComboBox>("chooserTarget")->setCurrentText("Reward");
        QCOMPARE(shown.row("reward")->checkState(0), Qt::Checked);
        // What the chart will have is offered before it is recorded.
        QCOMPARE(shown.row("eval/reward")->checkState(0), Qt::Checked);
        QCOMPARE(shown.row("eval/reward")->text(2), "not yet");
        QCOMPARE(shown.row("loss")->checkState(0), Qt::Unchecked);
        shown.chooser()->reject();
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss"}));
    }

    void metrics_of_a_phase_do_not_mix_with_those_of_the_training() {
        WithBar shown;
        shown.bar.chooseCurves(nullptr);
        shown.row("start/loss")->setCheckState(0, Qt::Checked);
        QVERIFY(shown.in<QPushButton>("chooserAccept")->isEnabled());
        shown.row("loss")->setCheckState(0, Qt::Checked);
        QVERIFY(!shown.in<QPushButton>("chooserAccept")->isEnabled());
        QVERIFY(!shown.in<QLabel>("chooserProblem")->text().isEmpty());
    }

    void the_dialog_closes_when_another_run_is_shown() {
        WithBar shown;
        shown.bar.chooseCurves(nullptr);
        shown.grid.append(21, {{"my/own", 1}});
        QVERIFY(shown.chooser()->isVisible());
        QVERIFY(shown.row("my/own"));
        shown.grid.showRun("ppo", default_charts("ppo"), {});
        QVERIFY(!shown.chooser() || !shown.chooser()->isVisible());
    }

    void the_menu_resets_and_takes_back() {
        WithBar shown;
        QVERIFY(!shown.menuAction("resetCharts")->isEnabled());
        QTest::keyClick(shown.chart("loss"), Qt::Key_Delete);
        QVERIFY(shown.menuAction("undoCharts")->isEnabled());
        shown.menuAction("resetCharts")->trigger();
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss"}));
        shown.menuAction("undoCharts")->trigger();
        QCOMPARE(shown.seen(), QStringList({"Reward"}));
    }

    void every_control_has_a_name() {
        WithBar shown;
        shown.bar.chooseCurves(nullptr);
        for (const QWidget* widget : shown.bar.findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || widget->objectName().startsWith("qt_"))
                continue;
            QVERIFY(!widget->objectName().isEmpty());
        }
        for (const char* name :
             {"chooserTarget", "chooserTitle", "chooserSearch", "chooserMetrics"})
            QVERIFY2(!shown.in<QWidget>(name)->accessibleName().isEmpty(), name);
    }

    void a_chart_and_all_charts_are_saved_in_each_format() {
        WithBar shown;
        shown.grid.append(20, {{"eval/reward", 1.5}, {"num_tokens", 640}});
        shown.grid.redrawNow();
        const std::vector<Chart*> one = {shown.chart("reward")};
        const ExportedCharts chart = exportedCharts("Reward", one, shown.grid.series());
        const ExportedCharts page =
            exportedCharts("my run", shown.grid.shownCharts(), shown.grid.series());
        const auto csv = encodeCharts(chart, "a.csv");
        VERIFY_OK(csv);
        const QList<QByteArray> lines = csv->trimmed().split('\n');
        QCOMPARE(lines.size(), 21);
        QCOMPARE(lines.first(), QByteArray("step,tokens,reward,eval/reward"));
        QCOMPARE(lines.last(), QByteArray("20,640,2,1.5"));
        const auto all = encodeCharts(page, "a.csv");
        VERIFY_OK(all);
        QVERIFY(all->startsWith("step,tokens,reward,eval/reward,loss\n"));
        for (const ExportedCharts& each : {chart, page}) {
            const auto png = encodeCharts(each, "a.png");
            VERIFY_OK(png);
            QImage picture;
            QVERIFY(picture.loadFromData(*png, "PNG"));
            QVERIFY(picture.width() > 1000);
            const auto pdf = encodeCharts(each, "a.pdf");
            VERIFY_OK(pdf);
            QVERIFY(pdf->startsWith("%PDF"));
            const auto svg = encodeCharts(each, "a.SVG");
            VERIFY_OK(svg);
            QVERIFY(svg->contains("<svg") && svg->contains("Reward"));
            QCOMPARE(svg->contains("my run"), each.charts.size() > 1);
        }
        QVERIFY(!encodeCharts(chart, "a.doc").ok());
    }

    void all_points_are_saved_though_few_are_drawn() {
        Shown shown(std::vector<ChartGroup>{{"Loss", {"loss"}}});
        shown.grid.setMetrics({{"loss", line(20'000, 0.5)}});
        shown.grid.redrawNow();
        const auto csv = encodeCharts(
            exportedCharts("Loss", shown.grid.shownCharts(), shown.grid.series()), "loss.csv");
        VERIFY_OK(csv);
        QCOMPARE(csv->trimmed().split('\n').size(), 20'001);
    }

    void keys_ask_for_a_file() {
        WithBar shown;
        QTest::keyClick(shown.chart("loss"), Qt::Key_S, Qt::ControlModifier);
        auto* dialog = shown.bar.findChild<QFileDialog*>("saveChartDialog");
        QVERIFY(dialog);
        QCOMPARE(dialog->windowTitle(), "Save chart");
        dialog->reject();
    }

    void a_file_that_cannot_be_written_is_told() {
        WithBar shown;
        const ExportedCharts charts =
            exportedCharts("Loss", shown.grid.shownCharts(), shown.grid.series());
        QString told;
        saveCharts(&shown.bar, charts, "/nowhere/at/all/loss.svg",
                   [&](const QString& message) { told = message; });
        QTRY_VERIFY(told.contains("/nowhere/at/all"));

        const TemporaryFolder folder;
        const QString file = QString::fromStdString((folder.path() / "loss.csv").string());
        saveCharts(&shown.bar, charts, file, [&](const QString&) { QFAIL("it can be written"); });
        QTRY_VERIFY(QFile::exists(file));
    }
};

PLUMB_REGISTER_TEST(TestChartBar)
#include "chart_bar_test.moc"
