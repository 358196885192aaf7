// SPDX-License-Identifier: GPL-3.0-or-later
// The list of runs and the queue in the window, by what a user presses.
#include <QAction>
#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>

#include "config/yaml.h"
#include "core/session/small_run.h"
#include "models/run_list_model.h"
#include "plots/chart_grid.h"
#include "plots/chart_plot.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

Settings shortRun() {
    Settings settings = small_grpo();
    settings.max_steps = 3;
    settings.eval_steps = 0;
    return settings;
}

Settings endlessRun() {
    Settings settings = shortRun();
    settings.max_steps = 100000;
    return settings;
}

/// A workspace with three runs that are over; the last was cut off.
void makeRuns(const SessionOptions& options) {
    auto store = Store::open(options.workspace, Access::read_write);
    if (!store) qFatal("%s", store.error().message.c_str());
    for (const char* name : {"first", "second", "third"}) {
        RunRecord record;
        record.name = name;
        record.algorithm = "grpo";
        record.settings = write_settings(shortRun());
        record.total_steps = 3;
        const RunId run = (*store)->create_run(record).value();
        for (std::int64_t step = 1; step <= 3; ++step)
            (*store)->add_metrics(run, step, {{"loss", 0.5}, {"reward", 1.0}}, 3);
        (void)(*store)->flush();
        (void)(*store)->set_run_state(run, RunState::finished, "");
    }
}

QStringList rowsOf(Shown& shown, const QString& list) {
    const QAbstractItemModel* model = shown.find<QListView>(list)->model();
    QStringList rows;
    for (int row = 0; row < model->rowCount(); ++row)
        rows << model->index(row, 0).data().toString();
    return rows;
}

/// Chooses rows of the list and gives it the keyboard.
void choose(Shown& shown, const QString& name, const QList<int>& rows) {
    auto* list = shown.find<QListView>(name);
    list->setFocus();
    list->setCurrentIndex(list->model()->index(rows.front(), 0));
    for (const int row : rows)
        list->selectionModel()->select(list->model()->index(row, 0), QItemSelectionModel::Select);
}

void press(Shown& shown, const QString& list, Qt::Key key,
           Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QApplication::setActiveWindow(shown.window.get());
    QTest::keyClick(shown.find<QListView>(list), key, modifiers);
}

void trigger(Shown& shown, const QString& action) {
    auto* found = shown.find<QAction>(action);
    if (!found->isEnabled()) qFatal("%s is not possible", qPrintable(action));
    found->trigger();
}

}  // namespace

class TestRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QSettings().clear(); }
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        options_ = optionsBelow(folder_->path());
    }

    void a_run_is_renamed_and_noted() {
        makeRuns(options_);
        Shown shown(options_);
        shown.window->controller().showRun(3);
        QTRY_COMPARE(shown.text("runTitle"), QString("3  third"));
        QTRY_VERIFY(shown.window->windowTitle().startsWith("Train \u2013 3 third \u2013 "));
        choose(shown, "runList", {0});
        press(shown, "runList", Qt::Key_F2);
        auto* dialog = shown.find<QInputDialog>("renameDialog");
        QCOMPARE(dialog->textValue(), QString("third"));
        dialog->setTextValue("reviews, kl 0");
        dialog->accept();
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"reviews, kl 0", "second", "first"}));
        QTRY_COMPARE(shown.text("runTitle"), QString("3  reviews, kl 0"));
        QTRY_VERIFY(shown.window->windowTitle().startsWith("Train \u2013 3 reviews, kl 0 \u2013 "));

        QCOMPARE(shown.button("runNote")->text(), QString("Add a note"));
        shown.button("runNote")->click();
        shown.find<QPlainTextEdit>("noteText")->setPlainText("lower beta\nnext time");
        shown.button("noteSave")->click();
        QTRY_COMPARE(shown.button("runNote")->text(), QString("lower beta"));
        QVERIFY(shown.button("runNote")->toolTip().contains("next time"));
        QCOMPARE(readerOf(options_)->run(3)->note, std::string("lower beta\nnext time"));
        shown.find<QLineEdit>("runFilter")->setText("BETA");
        QCOMPARE(rowsOf(shown, "runList"), QStringList({"reviews, kl 0"}));
    }

    void home_and_end_belong_to_the_list_that_has_the_keyboard() {
        makeRuns(options_);
        Shown shown(options_);
        shown.window->controller().showRun(3);
        QTRY_COMPARE(shown.text("runTitle"), QString("3  third"));
        QApplication::setActiveWindow(shown.window.get());
        QTest::keyClick(shown.window.get(), Qt::Key_L, Qt::ControlModifier);
        const auto* list = shown.find<QListView>("runList");
        QVERIFY(list->hasFocus());
        press(shown, "runList", Qt::Key_End);
        QCOMPARE(list->currentIndex().row(), 2);
        press(shown, "runList", Qt::Key_Home);
        QCOMPARE(list->currentIndex().row(), 0);
    }

    void archived_runs_are_left_out_until_they_are_asked_for() {
        makeRuns(options_);
        Shown shown(options_);
        choose(shown, "runList", {0, 2});
        trigger(shown, "runArchive");
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"second"}));
        shown.find<QAction>("viewArchived")->setChecked(true);
        QCOMPARE(rowsOf(shown, "runList"), QStringList({"third", "second", "first"}));
        choose(shown, "runList", {2});
        trigger(shown, "runUnarchive");
        QTRY_VERIFY(!readerOf(options_)->run(1)->archived);
        shown.find<QAction>("viewArchived")->setChecked(false);
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"second", "first"}));
    }

    void a_deleted_run_comes_back_by_undo() {
        makeRuns(options_);
        Shown shown(options_);
        shown.window->controller().showRun(2);
        QTRY_COMPARE(shown.text("runTitle"), QString("2  second"));
        choose(shown, "runList", {1, 2});
        press(shown, "runList", Qt::Key_Delete);
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"third"}));
        QTRY_VERIFY2(shown.message().contains("2 runs"), qPrintable(shown.message()));
        QVERIFY(!shown.window->controller().shownRun());
        shown.button("messageAction0")->click();
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"third", "second", "first"}));
        QCOMPARE(readerOf(options_)->metric(2, "loss")->size(), std::size_t{3});

        choose(shown, "runList", {0});
        press(shown, "runList", Qt::Key_Delete);
        QTRY_COMPARE(rowsOf(shown, "runList").size(), 2);
        press(shown, "runList", Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(rowsOf(shown, "runList").size(), 3);
    }

    void a_deleted_run_can_be_restored_later_or_removed_for_good() {
        makeRuns(options_);
        {
            Shown shown(options_);
            choose(shown, "runList", {0, 1});
            trigger(shown, "runDelete");
            QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"first"}));
        }
        Shown shown(options_);
        QCOMPARE(rowsOf(shown, "runList"), QStringList({"first"}));
        shown.find<QAction>("viewDeleted")->setChecked(true);
        QCOMPARE(rowsOf(shown, "runList"), QStringList({"first", "third", "second"}));
        choose(shown, "runList", {1});
        trigger(shown, "runRestore");
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"third", "first", "second"}));
        choose(shown, "runList", {2});
        trigger(shown, "runPurge");
        QVERIFY(readerOf(options_)->run(2).ok());
        QVERIFY2(shown.message().contains("cannot be brought back"), qPrintable(shown.message()));
        shown.button("messageAction0")->click();
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"third", "first"}));
        QVERIFY(!std::filesystem::exists(options_.workspace / "runs" / "2"));
    }

    void deleting_a_run_that_others_need_asks_first() {
        makeRuns(options_);
        {
            auto store = Store::open(options_.workspace, Access::read_write);
            VERIFY_OK(store);
            Settings settings = shortRun();
            settings.model_name_or_path = "second@3";
            RunRecord record;
            record.name = "built on it";
            record.algorithm = "grpo";
            record.state = RunState::finished;
            record.settings = write_settings(settings);
            VERIFY_OK((*store)->create_run(record));
        }
        Shown shown(options_);
        choose(shown, "runList", {2});
        trigger(shown, "runDelete");
        QTRY_VERIFY2(shown.message().contains("built on it"), qPrintable(shown.message()));
        QCOMPARE(rowsOf(shown, "runList").size(), 4);
        shown.button("messageAction0")->click();
        QTRY_COMPARE(rowsOf(shown, "runList"), QStringList({"built on it", "third", "first"}));
    }

    void metrics_and_settings_are_exported() {
        makeRuns(options_);
        Shown shown(options_);
        choose(shown, "runList", {0});
        trigger(shown, "runExportMetrics");
        const QString csv = QString::fromStdString((folder_->path() / "third.csv").string());
        save(shown, csv);
        QTRY_VERIFY2(shown.message().contains("third.csv"), qPrintable(shown.message()));
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("step,reward,loss\n1,1,0.5\n2,1,0.5\n3,1,0.5\n"));

        shown.draft(shortRun());
        shown.button("settingsSave")->click();
        const auto yaml = folder_->path() / "draft.yaml";
        save(shown, QString::fromStdString(yaml.string()));
        QTRY_VERIFY2(shown.message().contains("draft.yaml"), qPrintable(shown.message()));
        const auto settings = read_settings(yaml);
        VERIFY_OK(settings);
        COMPARE_TEXT(write_settings(*settings), write_settings(shortRun()));
    }

    void a_start_while_a_run_goes_on_waits_in_the_queue_and_both_end() {
        Shown shown(options_);
        shown.draft(endlessRun());
        shown.startAndReach(2);
        shown.draft(shortRun());
        QTRY_VERIFY(shown.state() == TransportState::queueable);
        QVERIFY(shown.button("transportPrimary")->text().startsWith("Add to queue"));
        shown.find<QLineEdit>("runName")->setText("after it");
        shown.button("transportPrimary")->click();
        QTRY_COMPARE(rowsOf(shown, "queueList"), QStringList({"after it"}));
        QVERIFY(shown.find<QWidget>("queuePanel")->isVisible());
        QTRY_VERIFY2(shown.message().contains("waits in the queue"), qPrintable(shown.message()));
        shown.window->controller().showRun(1);
        shown.waitFor(TransportState::running);
        shown.button("transportFinish")->click();
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(2), QString("finished"), patience_ms);
        QCOMPARE(stateOf(1), QString("finished"));
        // The window went along with the queue.
        QTRY_COMPARE(shown.text("runTitle"), QString("2  after it"));
        QTRY_VERIFY(!shown.find<QWidget>("queuePanel")->isVisible());
    }

    void the_queue_is_reordered_held_and_offered_again() {
        {
            Shown shown(options_);
            shown.draft(endlessRun());
            shown.startAndReach(2);
            for (const char* name : {"a", "b", "c"}) {
                shown.draft(shortRun());
                QTRY_VERIFY(shown.state() == TransportState::queueable);
                shown.find<QLineEdit>("runName")->setText(name);
                shown.button("transportPrimary")->click();
                QTRY_VERIFY(rowsOf(shown, "queueList").contains(name));
            }
            choose(shown, "queueList", {2});
            press(shown, "queueList", Qt::Key_Up, Qt::AltModifier);
            QTRY_COMPARE(rowsOf(shown, "queueList"), QStringList({"a", "c", "b"}));
            press(shown, "queueList", Qt::Key_Up, Qt::AltModifier);
            QTRY_COMPARE(rowsOf(shown, "queueList"), QStringList({"c", "a", "b"}));
            choose(shown, "queueList", {1});
            press(shown, "queueList", Qt::Key_Delete);
            QTRY_COMPARE(rowsOf(shown, "queueList"), QStringList({"c", "b"}));
            shown.button("queueHold")->click();
            QTRY_COMPARE(shown.button("queueHold")->text(), QString("Start queue"));
            shown.window->bridge().abort();
            QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
            QTest::qWait(100);
            QVERIFY(!shown.window->bridge().activeRun());
        }
        Shown shown(options_);
        QVERIFY2(shown.message().contains("2 runs wait"), qPrintable(shown.message()));
        QTRY_COMPARE(rowsOf(shown, "queueList"), QStringList({"c", "b"}));
        QVERIFY(!shown.window->bridge().activeRun());
        shown.button("messageAction0")->click();
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(3), QString("finished"), patience_ms);
        QCOMPARE(stateOf(2), QString("finished"));
        QVERIFY(shown.find<QWidget>("trainPage")->isVisible());
    }

    void runs_are_laid_over_the_charts_and_taken_off() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        makeRuns(options);
        Shown shown(options);
        auto* list = shown.find<QListView>("runList");
        list->setFocus();
        list->selectAll();
        QTest::keyClick(list, Qt::Key_O);
        // No run was shown: the first of the list is, and the others lie over it.
        QTRY_COMPARE(shown.window->controller().shownRun(), std::optional<RunId>(3));
        const auto* names = shown.find<QLabel>("overlayNames");
        QTRY_VERIFY(names->isVisible());
        QVERIFY(names->text().contains("second") && names->text().contains("first"));
        QVERIFY(!names->text().contains("third"));
        auto* grid = shown.find<ChartGrid>("chartGrid");
        const auto overlaid = [&] {
            grid->redrawNow();
            auto* chart = grid->findChild<Chart*>("chart:loss");
            return chart ? chart->findChild<ChartPlot*>()->overlaidValues().size() : 0;
        };
        QTRY_COMPARE(overlaid(), std::size_t{2});
        const auto* model = list->model();
        QCOMPARE(model->index(0, 0).data(RunListModel::PatternRole).toInt(), -1);
        QVERIFY(model->index(1, 0).data(RunListModel::PatternRole).toInt() >= 0);

        // One of them is shown now: it is left out, and the one that was shown does not lie over.
        Q_EMIT shown.find<QLabel>("overlayNames")->linkActivated("1");
        QTRY_COMPARE(shown.window->controller().shownRun(), std::optional<RunId>(1));
        QVERIFY(names->text().contains("second") && !names->text().contains("first"));

        list->setCurrentIndex(model->index(1, 0));
        shown.window->findChild<QAction*>("runOverlay")->trigger();
        QVERIFY(!names->isVisible());
        QTRY_COMPARE(overlaid(), std::size_t{0});
        list->setCurrentIndex(model->index(0, 0));
        QTest::keyClick(list, Qt::Key_O);
        QTRY_COMPARE(overlaid(), std::size_t{1});
        shown.button("overlayClear")->click();
        QTRY_COMPARE(overlaid(), std::size_t{0});
    }

    void repeating_a_run_makes_its_edits_again() {
        Shown shown(options_);
        Settings settings = endlessRun();
        shown.draft(settings);
        shown.startAndReach(2);
        VERIFY_OK(shown.window->bridge().edit("learning_rate", "0.25", "try"));
        QTRY_VERIFY_WITH_TIMEOUT(!readerOf(options_)->edits(1)->empty(), patience_ms);
        const auto edit = readerOf(options_)->edits(1)->front();
        QTRY_VERIFY_WITH_TIMEOUT(shown.shownStep() > edit.step + 2, patience_ms);
        shown.window->bridge().abort();
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
        shown.window->controller().repeat(1);
        shown.waitFor(TransportState::draft);
        QVERIFY2(shown.text("runState")
                     .contains(QString("learning_rate 0.25 after step %1").arg(edit.step)),
                 qPrintable(shown.text("runState")));
        shown.button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            readerOf(options_)->run(2).ok() && !readerOf(options_)->edits(2)->empty(), patience_ms);
        QCOMPARE(readerOf(options_)->edits(2)->front().step, edit.step);
        COMPARE_TEXT(readerOf(options_)->edits(2)->front().reason, "try");
        shown.window->bridge().abort();
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
    }

private:
    QString stateOf(RunId run) {
        const auto record = readerOf(options_)->run(run);
        return record.ok() ? QString::fromStdString(to_string(record->state)) : QString("none");
    }
    static void save(Shown& shown, const QString& file) {
        auto* dialog = shown.find<QFileDialog>("exportDialog");
        dialog->setOption(QFileDialog::DontUseNativeDialog);
        dialog->selectFile(file);
        QMetaObject::invokeMethod(dialog, "accept");
        QTRY_VERIFY(!dialog->isVisible());
    }

    std::unique_ptr<TemporaryFolder> folder_;
    SessionOptions options_;
};

PLUMB_REGISTER_TEST(TestRuns)
#include "runs_test.moc"
