// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>

#include "models/queue_model.h"
#include "test_main.h"
#include "widgets/queue_panel.h"
#include "widgets/run_list_panel.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

RunRecord run(RunId id, RunState state) {
    RunRecord record;
    record.id = id;
    record.name = "run" + std::to_string(id);
    record.algorithm = id % 2 == 0 ? "ppo" : "grpo";
    record.state = state;
    record.step = 5;
    record.total_steps = 10;
    return record;
}

}  // namespace

class TestRunListPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        m_model = std::make_unique<RunListModel>();
        RunRecord deleted = run(5, RunState::finished);
        deleted.deleted_ms = 1;
        m_model->setRuns({run(1, RunState::finished), run(2, RunState::interrupted),
                          run(3, RunState::failed), run(4, RunState::running), deleted});
        m_panel = std::make_unique<RunListPanel>(m_model.get());
        m_panel->show();
    }
    void cleanup() {
        m_panel.reset();
        m_model.reset();
    }

    void what_is_possible_follows_from_the_chosen_runs() {
        choose({4});
        QCOMPARE(possible(), QStringList({"runDuplicate", "runRename", "runRepeat"}));
        choose({1});
        QCOMPARE(possible(), QStringList({"runDelete", "runDuplicate", "runRename", "runRepeat"}));
        choose({2, 3});
        QCOMPARE(possible(), QStringList({"runDelete", "runResume"}));
        choose({1, 2});
        QCOMPARE(possible(), QStringList({"runDelete"}));
        choose({1, 4});
        QCOMPARE(possible(), QStringList());
        choose({});
        QCOMPARE(possible(), QStringList());
        m_panel->setReadOnly(true);
        choose({1});
        QCOMPARE(possible(), QStringList({"runDuplicate", "runRepeat"}));
    }

    void an_action_is_told_with_the_runs_of_the_list() {
        QSignalSpy asked(m_panel.get(), &RunListPanel::actionRequested);
        choose({3, 1});
        m_panel->findChild<QAction*>("runDelete")->trigger();
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].value<RunAction>(), RunAction::remove);
        QVERIFY(asked[0][1].value<std::vector<RunId>>() == std::vector<RunId>({3, 1}));
    }

    void the_menu_has_the_shades_and_for_a_deleted_run_its_way_back() {
        QSignalSpy shaded(m_panel.get(), &RunListPanel::shadeRequested);
        choose({1});
        Q_EMIT list()->customContextMenuRequested(list()->visualRect(rowOf(1)).center());
        auto* menu = m_panel->findChild<QMenu*>("runMenu");
        QVERIFY(menu);
        QVERIFY(menu->findChild<QAction*>("shade0")->isChecked());
        menu->findChild<QAction*>("shade2")->trigger();
        QCOMPARE(shaded.count(), 1);
        QCOMPARE(shaded[0][1].toInt(), 2);
        menu->close();
        QTRY_VERIFY(!m_panel->findChild<QMenu*>("runMenu"));

        m_panel->findChild<QAction*>("viewDeleted")->setChecked(true);
        choose({5});
        Q_EMIT list()->customContextMenuRequested(list()->visualRect(rowOf(5)).center());
        menu = m_panel->findChild<QMenu*>("runMenu");
        QVERIFY(menu);
        QVERIFY(menu->actions().contains(m_panel->findChild<QAction*>("runRestore")));
        QVERIFY(!menu->actions().contains(m_panel->findChild<QAction*>("runDelete")));
        menu->close();
    }

    void a_click_opens_a_run_and_one_with_a_key_adds_it() {
        QSignalSpy opened(m_panel.get(), &RunListPanel::runChosen);
        const auto click = [&](RunId id, Qt::KeyboardModifiers modifiers) {
            QTest::mouseClick(list()->viewport(), Qt::LeftButton, modifiers,
                              list()->visualRect(rowOf(id)).center());
        };
        click(3, Qt::NoModifier);
        QCOMPARE(opened.count(), 1);
        click(1, Qt::ControlModifier);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(list()->selectionModel()->selectedIndexes().size(), 2);
    }

private:
    QListView* list() { return m_panel->findChild<QListView*>("runList"); }
    QModelIndex rowOf(RunId id) {
        for (int row = 0; row < list()->model()->rowCount(); ++row)
            if (list()->model()->index(row, 0).data(RunListModel::IdRole).toLongLong() == id)
                return list()->model()->index(row, 0);
        return {};
    }
    void choose(const QList<RunId>& ids) {
        list()->selectionModel()->clear();
        for (const RunId id : ids)
            list()->selectionModel()->select(rowOf(id), QItemSelectionModel::Select);
    }
    /// Of those that differ between the cases.
    QStringList possible() {
        QStringList names;
        for (const char* name :
             {"runDelete", "runDuplicate", "runRename", "runRepeat", "runResume", "runRestore"})
            if (m_panel->findChild<QAction*>(name)->isEnabled()) names << name;
        return names;
    }

    std::unique_ptr<RunListModel> m_model;
    std::unique_ptr<RunListPanel> m_panel;
};

class TestQueuePanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void it_takes_room_only_while_runs_wait() {
        QueueModel model;
        QueuePanel panel(&model);
        QVERIFY(panel.isHidden());
        model.setQueue({{.id = 1, .name = "a"}, {.id = 2, .name = "b"}});
        QVERIFY(!panel.isHidden());
        panel.setState(false, RunId{7}, false);
        QVERIFY(panel.findChild<QLabel*>("queueHint")->text().contains("run 7"));
        model.setQueue({});
        QVERIFY(panel.isHidden());
    }

    void a_dragged_row_asks_for_its_new_place() {
        QueueModel model;
        model.setQueue({{.id = 4, .name = "a"}, {.id = 5, .name = "b"}, {.id = 6, .name = "c"}});
        QSignalSpy moved(&model, &QueueModel::moveRequested);
        const auto drop = [&](int from, int before) {
            const std::unique_ptr<QMimeData> data(model.mimeData({model.index(from)}));
            model.dropMimeData(data.get(), Qt::MoveAction, before, 0, {});
        };
        drop(0, 3);
        QCOMPARE(moved.takeLast(), QVariantList({QVariant::fromValue<qint64>(4), 2}));
        drop(2, 0);
        QCOMPARE(moved.takeLast(), QVariantList({QVariant::fromValue<qint64>(6), 0}));
        drop(1, 2);  // where it is
        drop(1, 1);
        QCOMPARE(moved.count(), 0);
        QVERIFY(!(model.flags(model.index(0)) & Qt::ItemIsDropEnabled));
    }

    void the_hold_button_does_the_one_or_the_other() {
        QueueModel model;
        model.setQueue({{.id = 1, .name = "a"}});
        QueuePanel panel(&model);
        QSignalSpy held(&panel, &QueuePanel::holdRequested);
        QSignalSpy started(&panel, &QueuePanel::goOnRequested);
        auto* button = panel.findChild<QPushButton*>("queueHold");
        button->click();
        panel.setState(true, {}, false);
        button->click();
        QCOMPARE(held.count(), 1);
        QCOMPARE(started.count(), 1);
        panel.setState(true, {}, true);
        QVERIFY(!button->isEnabled());
    }
};

PLUMB_REGISTER_TEST(TestRunListPanel)
PLUMB_REGISTER_TEST(TestQueuePanel)
#include "run_list_panel_test.moc"
