// SPDX-License-Identifier: GPL-3.0-or-later
// Which charts there are, where they stand, and that it is kept.
#include <QMenu>
#include <QPushButton>

#include "plots/shown_charts.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

const std::vector<ChartGroup> three = {
    {"Reward", {"reward"}}, {"Loss", {"loss"}}, {"Entropy", {"entropy"}}};

struct ThreeCharts : Shown {
    ThreeCharts() : Shown(three) {
        grid.append(1, {{"entropy", 2}});
        grid.redrawNow();
    }
    void press(const QString& name, int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(chart(name), static_cast<Qt::Key>(key), modifiers);
    }
    /// From one chart's title to a place in another.
    void drag(const QString& from, const QString& to, bool toItsLeft, bool cancel = false) {
        QApplication::processEvents();
        QWidget* title = chart(from)->heading();
        const QRect area = chart(to)->geometry();
        const QPoint target(toItsLeft ? area.left() + 20 : area.right() - 20, area.center().y());
        const QPoint end = title->mapFromGlobal(chart(to)->parentWidget()->mapToGlobal(target));
        QTest::mousePress(title, Qt::LeftButton, {}, QPoint(5, 5));
        moveTo(title, QPoint(30, 5));
        moveTo(title, end);
        QVERIFY(grid.findChild<QWidget*>("dropLine")->isVisible());
        if (cancel) QTest::keyClick(chart(from), Qt::Key_Escape);
        QTest::mouseRelease(title, Qt::LeftButton, {}, end);
        QVERIFY(!grid.findChild<QWidget*>("dropLine")->isVisible());
    }
    static void moveTo(QWidget* widget, const QPoint& at) {
        QMouseEvent move(QEvent::MouseMove, at, widget->mapToGlobal(at), Qt::NoButton,
                         Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(widget, &move);
    }
};

QStringList titlesKept() {
    QStringList titles;
    for (const ChartSetup& setup : keptArrangement("grpo").value_or(Arrangement{}))
        titles << QString::fromStdString(setup.group.title);
    return titles;
}

}  // namespace

class TestArrangement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { clearSettings(); }

    void charts_are_added_and_stay_over_a_restart() {
        {
            ThreeCharts shown;
            shown.grid.append(2, {{"grad_norm", 0.5}});
            shown.grid.addChart({"Gradient norm", {"grad_norm"}});
            QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy", "Gradient norm"}));
            shown.grid.redrawNow();
            QCOMPARE(shown.values("gradient norm"), "0.5");
            QVERIFY(shown.chart("gradient norm")->hasFocus());
        }
        ThreeCharts again;
        QCOMPARE(again.seen(), QStringList({"Reward", "Loss", "Entropy"}));
        again.grid.append(2, {{"grad_norm", 0.25}});
        QCOMPARE(again.seen(), QStringList({"Reward", "Loss", "Entropy", "Gradient norm"}));
    }

    void another_algorithm_has_its_own_arrangement() {
        ThreeCharts shown;
        shown.press("loss", Qt::Key_Delete);
        shown.grid.showRun("ppo", three, {});
        shown.grid.append(1, {{"reward", 1}, {"loss", 1}, {"entropy", 1}});
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy"}));
    }

    void a_metric_joins_a_chart() {
        ThreeCharts shown;
        shown.grid.changeChart(2, {"Entropy", {"entropy", "reward"}});
        const QString names = shown.names("entropy");
        QVERIFY2(names.contains("Entropy 2") && names.contains("Reward 2"), qPrintable(names));
    }

    void two_charts_of_one_title_are_told_apart() {
        ThreeCharts shown;
        shown.grid.addChart({"Loss", {"loss"}});
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy", "Loss 2"}));
    }

    void a_chart_is_removed_by_its_key_and_the_next_has_the_focus() {
        ThreeCharts shown;
        shown.chart("loss")->setFocus();
        shown.press("loss", Qt::Key_Delete);
        QCOMPARE(shown.seen(), QStringList({"Reward", "Entropy"}));
        QVERIFY(!shown.chart("loss"));
        QVERIFY(shown.chart("entropy")->hasFocus());
        QCOMPARE(titlesKept(), QStringList({"Reward", "Entropy"}));
        QCOMPARE(ThreeCharts().seen(), QStringList({"Reward", "Entropy"}));
    }

    void a_change_can_be_taken_back() {
        ThreeCharts shown;
        QVERIFY(!shown.grid.canUndo());
        shown.press("loss", Qt::Key_Delete);
        shown.press("entropy", Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(shown.seen(), QStringList({"Entropy", "Reward"}));
        shown.press("entropy", Qt::Key_Z, Qt::ControlModifier);
        shown.press("entropy", Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy"}));
        QVERIFY(!shown.grid.canUndo() && shown.grid.isDefault());
        // Its points are there at once.
        QCOMPARE(shown.values("loss"), "20");
    }

    void charts_are_moved_by_keys() {
        ThreeCharts shown;
        shown.press("reward", Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(shown.seen(), QStringList({"Loss", "Reward", "Entropy"}));
        QVERIFY(shown.chart("reward")->hasFocus());
        shown.press("entropy", Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(shown.seen(), QStringList({"Loss", "Entropy", "Reward"}));
        shown.press("reward", Qt::Key_Right, Qt::ControlModifier);
        shown.press("loss", Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(shown.seen(), QStringList({"Loss", "Entropy", "Reward"}));
        QTRY_VERIFY(shown.chart("loss")->x() < shown.chart("entropy")->x());
        QCOMPARE(ThreeCharts().seen(), QStringList({"Loss", "Entropy", "Reward"}));
    }

    void moves_pass_over_charts_that_are_left_out() {
        Shown shown({{"Reward", {"reward"}}, {"KL", {"kl"}}, {"Loss", {"loss"}}});
        QTest::keyClick(shown.chart("loss"), Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(shown.seen(), QStringList({"Loss", "Reward"}));
        QCOMPARE(titlesKept(), QStringList({"Loss", "Reward", "KL"}));
    }

    void charts_are_dragged_by_their_titles() {
        ThreeCharts shown;
        shown.drag("entropy", "reward", true);
        QCOMPARE(shown.seen(), QStringList({"Entropy", "Reward", "Loss"}));
        shown.drag("entropy", "loss", false);
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy"}));
        shown.drag("reward", "loss", false);
        QCOMPARE(shown.seen(), QStringList({"Loss", "Reward", "Entropy"}));
        shown.drag("loss", "entropy", false, true);
        QCOMPARE(shown.seen(), QStringList({"Loss", "Reward", "Entropy"}));
    }

    void a_chart_fills_the_grid_and_gives_it_back() {
        ThreeCharts shown;
        const int height = shown.chart("loss")->height();
        shown.press("loss", Qt::Key_E);
        QCOMPARE(shown.seen(), QStringList({"Loss"}));
        QTRY_VERIFY(shown.chart("loss")->width() > 700 && shown.chart("loss")->height() > 380);
        QVERIFY(!shown.chart("reward")->isVisible());
        shown.press("loss", Qt::Key_Escape);
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy"}));
        QTRY_COMPARE(shown.chart("loss")->height(), height);

        QTest::mouseDClick(shown.chart("entropy")->heading(), Qt::LeftButton);
        QCOMPARE(shown.seen(), QStringList({"Entropy"}));
        // In the plot a double click stays what it was: the charts follow again.
        shown.wheel("entropy", 2);
        QTest::mouseDClick(shown.plot("entropy"), Qt::LeftButton);
        QVERIFY(shown.grid.isFollowing());
        QCOMPARE(shown.seen(), QStringList({"Entropy"}));
        QTest::mouseDClick(shown.chart("entropy")->heading(), Qt::LeftButton);
        QCOMPARE(shown.seen().size(), 3);
    }

    void removing_the_enlarged_chart_shows_the_others() {
        ThreeCharts shown;
        shown.press("loss", Qt::Key_E);
        shown.press("loss", Qt::Key_Delete);
        QCOMPARE(shown.seen(), QStringList({"Reward", "Entropy"}));
        QVERIFY(!shown.grid.enlarged());
    }

    void all_charts_removed_say_how_to_have_some_again() {
        ThreeCharts shown;
        for (const char* name : {"reward", "loss", "entropy"}) shown.press(name, Qt::Key_Delete);
        QVERIFY(shown.grid.findChild<QWidget*>("noCharts")->isVisible());
        QCOMPARE(titlesKept(), QStringList());
        QVERIFY(keptArrangement("grpo").has_value());
        shown.grid.findChild<QPushButton*>("noChartsReset")->click();
        QCOMPARE(shown.seen(), QStringList({"Reward", "Loss", "Entropy"}));
        QVERIFY(!shown.grid.findChild<QWidget*>("noCharts")->isVisible());
        QVERIFY(!keptArrangement("grpo").has_value());
    }

    void the_axis_of_a_chart_is_kept() {
        ThreeCharts().press("loss", Qt::Key_Y);
        ThreeCharts again;
        QVERIFY(again.chart("loss")->setup().logarithmic);
        QVERIFY(!again.chart("reward")->setup().logarithmic);
        again.press("loss", Qt::Key_Y);
        QVERIFY(!keptArrangement("grpo").has_value());
    }

    void the_menu_has_every_action_with_its_key() {
        ThreeCharts shown;
        QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(5, 5),
                                shown.chart("loss")->mapToGlobal(QPoint(5, 5)));
        QApplication::sendEvent(shown.chart("loss"), &event);
        auto* menu = shown.chart("loss")->findChild<QMenu*>("chartMenu");
        QVERIFY(menu);
        QStringList names;
        for (const QAction* action : menu->actions())
            if (!action->shortcut().isEmpty()) names << action->objectName();
        for (const char* name : {"enlarge", "chooseCurves", "moveBefore", "moveAfter", "remove",
                                 "logarithmic", "outliers", "follow", "save", "copy"})
            QVERIFY2(names.contains(name), name);
        for (QAction* action : menu->actions())
            if (action->objectName() == "moveAfter") action->trigger();
        QCOMPARE(shown.seen(), QStringList({"Reward", "Entropy", "Loss"}));
        menu->close();
    }

    void rubbish_that_was_kept_does_no_harm() {
        QVERIFY(!readArrangement("no json"));
        const auto charts = readArrangement(
            R"([{"title": "A", "metrics": ["a", 7]}, {"title": "B"}, 3, {"title": "A", "metrics": ["b"]}])");
        QVERIFY(charts);
        QCOMPARE(charts->size(), 2u);
        QCOMPARE(charts->at(0).group.keys, std::vector<std::string>{"a"});
        QCOMPARE(QString::fromStdString(charts->at(1).group.title), "A 2");
        QCOMPARE(readArrangement(writeArrangement(*charts)), charts);
    }
};

PLUMB_REGISTER_TEST(TestArrangement)
#include "arrangement_test.moc"
