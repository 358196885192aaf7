// SPDX-License-Identifier: GPL-3.0-or-later
// The window on a real session: what a user does, widget by widget.
#include <fstream>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QSplitter>
#include <QTableView>

#include "common/theme.h"
#include "config/yaml.h"
#include "core/session/small_run.h"
#include "pages/train_page.h"
#include "plots/chart.h"
#include "plots/chart_grid.h"
#include "widgets/message_bar.h"
#include "widgets/transport_bar.h"
#include "window/run_controller.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

Settings longRun() {
    Settings settings = small_grpo();
    settings.max_steps = 100000;
    settings.eval_steps = 0;
    settings.save_steps = 5;
    return settings;
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QSettings().clear(); }

    void two_clicks_lead_to_a_running_job() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.button("card:grpo-arithmetic")->click();
        QVERIFY(shown.find<QWidget>("trainPage")->isVisible());
        QCOMPARE(shown.find<QLineEdit>("field:max_steps")->text(), "150");
        shown.button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.window->bridge().activeRun().has_value(), patience_ms);
        shown.waitFor(TransportState::running);
        QTRY_COMPARE(shown.find<QListView>("runList")->model()->rowCount(), 1);
        shown.window->bridge().abort();
        shown.waitFor(TransportState::ended);
    }

    void panels_suit_the_window_until_they_are_moved() {
        const TemporaryFolder folder;
        const auto settingsWidth = [](Shown& shown) {
            QApplication::processEvents();
            return shown.find<QWidget>("settingsPanel")->width();
        };
        int moved = 0;
        {
            Shown shown(optionsBelow(folder.path()));
            shown.draft(small_grpo());
            shown.window->resize(1280, 720);
            QVERIFY(settingsWidth(shown) >= 310);
            shown.window->resize(1920, 1080);
            QVERIFY(settingsWidth(shown) >= 380);
            auto* splitter = shown.find<QSplitter>("mainSplitter");
            auto* handle = splitter->handle(2);
            const QPoint at = handle->rect().center();
            QTest::mousePress(handle, Qt::LeftButton, {}, at);
            QTest::mouseMove(handle, at - QPoint(60, 0));
            QTest::mouseRelease(handle, Qt::LeftButton, {}, at - QPoint(60, 0));
            moved = settingsWidth(shown);
            QVERIFY(moved >= 440);
            shown.button("tabStart")->click();
            shown.button("tabTrain")->click();
            QCOMPARE(settingsWidth(shown), moved);
            shown.window->close();
        }
        Shown again(optionsBelow(folder.path()));
        again.draft(small_grpo());
        QCOMPARE(settingsWidth(again), moved);
        QSettings().clear();
    }

    void every_card_opens_a_draft_that_can_be_started() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        const std::pair<const char*, const char*> cards[] = {{"grpo-arithmetic", "grpo"},
                                                             {"ppo-reviews", "ppo"},
                                                             {"ppo-reviews-hacked", "ppo"},
                                                             {"dpo-reviews", "dpo"}};
        for (const auto& [name, algorithm] : cards) {
            shown.button(QString("card:") + name)->click();
            QCOMPARE(shown.find<QComboBox>("field:algorithm")->currentData().toString(), algorithm);
            QVERIFY(shown.state() == TransportState::draft);
            QVERIFY(shown.button("transportPrimary")->isEnabled());
        }
        // DPO's own fields and charts, and none of those of PPO.
        QVERIFY(shown.find<QWidget>("row:dpo_beta")->isVisible());
        QVERIFY(!shown.find<QWidget>("row:kl_coef")->isVisible());
        QVERIFY(shown.find<Chart>("chart:reward margin")->isVisible());
        QVERIFY(!shown.window->findChild<Chart*>("chart:policy and value loss"));
    }

    void a_run_is_watched_paused_edited_gone_on_with_and_aborted() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        Shown shown(options);
        shown.draft(longRun());
        shown.startAndReach(6);
        QTRY_VERIFY(shown.find<QTableView>("completions")->model()->rowCount() == 8);
        QVERIFY(shown.find<ChartGrid>("chartGrid")->findChild<Chart*>("chart:reward")->hasPoints());

        shown.button("transportPrimary")->click();
        shown.waitFor(TransportState::paused);
        const std::int64_t pausedAt = shown.shownStep();
        QTest::qWait(200);
        QCOMPARE(shown.shownStep(), pausedAt);

        shown.find<QLineEdit>("editReason")->setText("a test");
        auto* rate = shown.find<QLineEdit>("field:learning_rate");
        rate->setText("0.0001");
        QTest::keyClick(rate, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(shown.find<QLineEdit>("editReason")->text(), "", patience_ms);

        shown.button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.shownStep() > pausedAt + 5, patience_ms);
        // The slider shows the settings as they were too.
        QVERIFY(shown.find<QListWidget>("editList")->isVisible());
        QCOMPARE(rate->text(), "1e-04");
        shown.find<QSlider>("timeSlider")->setValue(int(pausedAt) - 1);
        QVERIFY(rate->text() != "1e-04");
        QVERIFY(!rate->isEnabled());
        shown.button("transportLive")->click();
        QCOMPARE(rate->text(), "1e-04");
        QVERIFY(rate->isEnabled());
        shown.button("transportAbort")->click();
        QVERIFY(shown.message().contains("Abort run 1?"));
        QVERIFY(shown.window->bridge().activeRun());
        shown.button("messageAction0")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(shown.state() != TransportState::running, patience_ms);

        // The database holds every step that was shown.
        const auto last = shown.shownStep();
        auto reader = readerOf(options);
        const auto losses = reader->metric(1, "loss");
        VERIFY_OK(losses);
        QVERIFY(std::int64_t(losses->size()) >= last);
        for (std::size_t i = 0; i < losses->size(); ++i)
            QCOMPARE((*losses)[i].step, std::int64_t(i) + 1);
        const auto edits = reader->edits(1);
        VERIFY_OK(edits);
        QCOMPARE(edits->size(), 1u);
        COMPARE_TEXT(edits->front().key, "learning_rate");
        COMPARE_TEXT(edits->front().reason, "a test");
        QCOMPARE(edits->front().step, pausedAt);
    }

    void the_window_gives_the_numbers_of_the_terminal() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        Shown shown(options);
        shown.draft(small_grpo());
        shown.button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("runState").startsWith("finished"), patience_ms);
        SmallSession terminal;
        const RunId other = terminal.run(small_grpo(), "terminal");
        auto mine = readerOf(options);
        QVERIFY(lasting_metrics(*mine, 1) == lasting_metrics(*terminal.reader(), other));
    }

    void the_slider_shows_any_step() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("runState").startsWith("finished"), patience_ms);
        QTRY_VERIFY(shown.text("completionsHeader").contains("step 8, newest"));
        shown.find<QSlider>("timeSlider")->setValue(3);
        QTRY_VERIFY2(shown.text("completionsHeader").contains("step 3:"),
                     qPrintable(shown.text("completionsHeader")));
        shown.button("transportLive")->click();
        QTRY_VERIFY(shown.text("completionsHeader").contains("step 8, newest"));
    }

    void past_runs_open_again() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        {
            Shown shown(options);
            shown.draft(small_grpo());
            shown.button("transportPrimary")->click();
            QTRY_VERIFY_WITH_TIMEOUT(shown.text("runState").startsWith("finished"), patience_ms);
        }
        Shown shown(options);
        auto* list = shown.find<QListView>("runList");
        QCOMPARE(list->model()->rowCount(), 1);
        Q_EMIT list->clicked(list->model()->index(0, 0));
        QTRY_VERIFY(shown.find<ChartGrid>("chartGrid")->findChild<Chart*>("chart:reward"));
        QTRY_VERIFY(
            shown.find<ChartGrid>("chartGrid")->findChild<Chart*>("chart:reward")->lastStep() == 8);
        QTRY_COMPARE(shown.find<QTableView>("completions")->model()->rowCount(), 8);
        QVERIFY(!shown.find<QLineEdit>("field:learning_rate")->isEnabled());
    }

    void what_the_core_refuses_is_told_and_nothing_is_started() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        Settings settings = small_grpo();
        settings.algorithm = "sft";
        settings.task = "data";
        settings.max_length = 32;
        settings.train_files = {"/nowhere/rows.jsonl"};
        shown.draft(settings);
        shown.button("transportPrimary")->click();
        QTRY_VERIFY2(shown.message().contains("/nowhere/rows.jsonl"), qPrintable(shown.message()));
        QCOMPARE(shown.find<QListView>("runList")->model()->rowCount(), 0);
        shown.waitFor(TransportState::draft);
    }

    void settings_that_do_not_go_together_cannot_be_started() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        Settings settings = small_grpo();
        settings.per_device_train_batch_size = 7;
        shown.draft(settings);
        QVERIFY(!shown.button("transportPrimary")->isEnabled());
        QStringList errors;
        for (const QLabel* label : shown.window->findChildren<QLabel*>())
            if (label->objectName().startsWith("error:") && label->isVisible())
                errors << label->text();
        QVERIFY2(errors.join(" ").contains("num_generations"), qPrintable(errors.join(" ")));
    }

    void a_broken_checkpoint_is_named() {
        const TemporaryFolder folder;
        const auto model = folder.path() / "model";
        std::filesystem::create_directories(model);
        std::ofstream(model / "config.json") << "{\"model_type\": \"llama\"";
        Shown shown(optionsBelow(folder.path()));
        Settings settings = small_grpo();
        settings.model_name_or_path = model.string();
        shown.draft(settings);
        shown.button("transportPrimary")->click();
        QTRY_VERIFY2(shown.message().contains("config.json"), qPrintable(shown.message()));
    }

    void a_loss_that_is_not_finite_ends_the_run_with_advice() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        Settings settings = small_grpo();
        settings.algorithm = "sft";
        settings.learning_rate = 1;
        settings.max_grad_norm = 0;
        settings.adam_epsilon = 1e-30;
        settings.weight_decay = 10;
        settings.lr_scheduler_type = "constant";
        settings.max_steps = 3000;
        shown.draft(settings);
        shown.button("transportPrimary")->click();
        shown.waitFor(TransportState::running);
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
        // Either the run went through its wild numbers, or it says what was not finite.
        QTRY_VERIFY(shown.text("runState").startsWith("finished") ||
                    shown.message().contains("not finite"));
    }

    void a_disk_that_is_nearly_full_pauses_the_run() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        Settings settings = longRun();
        settings.min_free_mb = 1'000'000'000;
        shown.draft(settings);
        shown.button("transportPrimary")->click();
        shown.waitFor(TransportState::paused);
        QVERIFY2(shown.message().contains("are free on the disk"), qPrintable(shown.message()));
        shown.window->bridge().abort();
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
    }

    void a_finished_run_can_be_repeated() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("runState").startsWith("finished"), patience_ms);
        shown.waitFor(TransportState::ended);
        shown.button("transportPrimary")->click();
        shown.waitFor(TransportState::draft);
        QCOMPARE(shown.find<QLineEdit>("field:max_steps")->text(), "8");
        shown.button("transportPrimary")->click();
        QTRY_COMPARE_WITH_TIMEOUT(shown.find<QListView>("runList")->model()->rowCount(), 2,
                                  patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
    }

    void a_second_window_reads_only() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        Shown first(options);
        Shown second(options);
        QVERIFY(second.window->bridge().isReadOnly());
        QVERIFY2(second.message().contains("reading only"), qPrintable(second.message()));
        second.draft(small_grpo());
        QVERIFY(!second.button("transportPrimary")->isEnabled());
    }

    void a_click_leads_back_to_a_recent_workspace() {
        QSettings().clear();
        const TemporaryFolder folder;
        SessionOptions one = optionsBelow(folder.path()), other = one;
        other.workspace = folder.path() / "other";
        const auto path = [](const SessionOptions& options) {
            return QString::fromStdString(options.workspace.string());
        };
        {
            Shown shown(one);
            QVERIFY(!shown.window->findChild<QPushButton*>("recentWorkspace:0"));
        }
        Shown shown(other);
        QCOMPARE(shown.button("recentWorkspace:0")->toolTip(), path(one));
        shown.button("recentWorkspace:0")->click();
        QTRY_COMPARE_WITH_TIMEOUT(shown.text("workspaceLabel"), path(one), patience_ms);
        QTRY_COMPARE(shown.button("recentWorkspace:0")->toolTip(), path(other));
        QVERIFY(shown.window->windowTitle().contains(path(one)));
    }

    void a_damaged_workspace_is_told() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        std::filesystem::create_directories(options.workspace);
        std::ofstream(options.workspace / "workspace.db") << "this is no database, and long enough";
        Shown shown(options);
        QVERIFY2(shown.message().contains("workspace.db"), qPrintable(shown.message()));
        QVERIFY(!shown.window->bridge().isOpen());
    }

    void closing_asks_while_a_run_goes_on() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(longRun());
        shown.startAndReach(2);
        shown.window->close();
        QVERIFY(shown.window->isVisible());
        QVERIFY(shown.message().contains("A run is going on."));
        shown.window->bridge().abort();
        QTRY_VERIFY_WITH_TIMEOUT(!shown.window->bridge().activeRun(), patience_ms);
    }

    void the_theme_changes_in_place() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        const bool dark = isDark(shown.window->palette());
        shown.button("themeButton")->click();
        QCOMPARE(isDark(shown.window->palette()), !dark);
        shown.button("themeButton")->click();
    }
};

PLUMB_REGISTER_TEST(TestMainWindow)
#include "main_window_test.moc"
