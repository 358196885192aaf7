// SPDX-License-Identifier: GPL-3.0-or-later
// From the charts of a real run to its completions and their tokens.
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>
#include <QTest>

#include "core/session/small_run.h"
#include "plots/chart.h"
#include "plots/chart_plot.h"
#include "widgets/coloured_tokens.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

class TestWindowCompletions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QSettings().clear(); }

    void a_point_of_a_chart_leads_to_its_completions_and_their_tokens() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.startAndReach(8);
        shown.waitFor(TransportState::ended);
        auto* page = shown.find<QWidget>("completionsPage");
        QVERIFY(!page->isVisible());
        auto* chart = shown.find<Chart>("chart:reward");
        QTRY_VERIFY_WITH_TIMEOUT(chart->hasPoints(), patience_ms);

        // By the keyboard, at the crosshair.
        chart->setFocus();
        QTest::keyClick(chart, Qt::Key_Left);
        QTest::keyClick(chart, Qt::Key_Left);
        QTest::keyClick(chart, Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(page->isVisible());
        QVERIFY(shown.button("pageCompletions")->isChecked());
        QVERIFY(shown.find<QWidget>("transportBar")->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(shown.text("completionCount"), "8 completions", patience_ms);
        QCOMPARE(shown.find<QComboBox>("completionSteps")->currentText(), "Step 6, as shown");
        QCOMPARE(shown.find<QSlider>("timeSlider")->value(), 6);
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("chosenFacts").startsWith("Step 6, row "), patience_ms);

        // Its tokens were recorded while it trained.
        QTest::keyClick(shown.find<QTableView>("allCompletions"), Qt::Key_Return);
        auto* tokens = shown.find<ColouredTokens>("tokenText");
        QTRY_VERIFY_WITH_TIMEOUT(tokens->count() > 0, patience_ms);
        QVERIFY(shown.text("tokenNumbers").contains("log p "));

        // The slider moves the page.
        shown.find<QSlider>("timeSlider")->setValue(3);
        QTRY_COMPARE_WITH_TIMEOUT(shown.find<QComboBox>("completionSteps")->currentText(),
                                  "Step 3, as shown", patience_ms);
        QTRY_COMPARE_WITH_TIMEOUT(
            shown.find<QTableView>("allCompletions")->model()->index(0, 0).data().toString(), "3",
            patience_ms);
    }

    void the_menu_of_a_chart_and_ctrl_and_a_click_do_so_too() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.startAndReach(8);
        shown.waitFor(TransportState::ended);
        auto* page = shown.find<QWidget>("completionsPage");
        auto* chart = shown.find<Chart>("chart:loss");
        QTRY_VERIFY_WITH_TIMEOUT(chart->hasPoints(), patience_ms);
        auto* plot = chart->findChild<ChartPlot*>();
        QTRY_VERIFY(plot->isVisible());
        const QPoint middle = plot->rect().center();
        QTest::mouseClick(plot, Qt::LeftButton, Qt::NoModifier, middle);
        QVERIFY(!page->isVisible());
        QTest::mouseClick(plot, Qt::LeftButton, Qt::ControlModifier, middle);
        QVERIFY(page->isVisible());
        QTest::keyClick(shown.window.get(), Qt::Key_2, Qt::ControlModifier);
        QVERIFY(!page->isVisible());
        QContextMenuEvent menu(QContextMenuEvent::Mouse, plot->mapTo(chart, middle),
                               plot->mapToGlobal(middle));
        QCoreApplication::sendEvent(chart, &menu);
        chart->findChild<QAction*>("samples")->trigger();
        QVERIFY(page->isVisible());
        QTest::keyClick(shown.window.get(), Qt::Key_2, Qt::ControlModifier);
        QTest::keyClick(shown.window.get(), Qt::Key_3, Qt::ControlModifier);
        QVERIFY(page->isVisible());
    }
};

PLUMB_REGISTER_TEST(TestWindowCompletions)
#include "completions_test.moc"
