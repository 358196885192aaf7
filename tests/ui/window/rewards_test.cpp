// SPDX-License-Identifier: GPL-3.0-or-later
// A run's rewards on the Train page: edited before the start, watched, and tried out.
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>

#include "core/reward/own_reward_helpers.h"
#include "core/session/small_run.h"
#include "plots/chart.h"
#include "plots/chart_grid.h"
#include "shown_window.h"
#include "widgets/reward_list.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

/// Completions of an even length are worth 1; does something else from a batch on.
std::string evenProgram(const TemporaryFolder& folder, const std::string& fromBatchOn = "pass") {
    return write_program(folder, "even.py",
                         "import json, os, sys\n"
                         "print(json.dumps({'plumbline': 1}))\n"
                         "for line in sys.stdin:\n"
                         "    batch = json.loads(line)\n"
                         "    " +
                             fromBatchOn +
                             "\n"
                             "    scores = [1 - len(row['tokens']) % 2 for row in batch['rows']]\n"
                             "    print(json.dumps({'id': batch['id'], 'scores': scores}))\n");
}

struct RewardsShown : Shown {
    using Shown::Shown;
    template <class Widget>
    Widget* onTrainPage(const QString& name) {
        auto* found = find<QWidget>("trainPage")->findChild<Widget*>(name);
        if (!found) qFatal("the Train page has no %s", qPrintable(name));
        return found;
    }
    void addReward(const std::string& entry) {
        onTrainPage<RewardList>("rewardList")->add({QString::fromStdString(entry)});
    }
    QLineEdit* setting(const QString& key) {
        return find<QWidget>("settingsPanel")->findChild<QLineEdit*>("field:" + key);
    }
    static void type(QLineEdit* editor, const QString& text) {
        editor->clear();
        QTest::keyClicks(editor, text);
        QTest::keyClick(editor, Qt::Key_Return);
    }
    void runToTheEnd() {
        button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(text("runState").startsWith("finished") || !message().isEmpty(),
                                 patience_ms);
    }
};

}  // namespace

class TestRewardsInWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void settings_and_rewards_stay_in_step() {
        const TemporaryFolder folder;
        RewardsShown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.button("tabRewards")->click();
        QVERIFY(shown.onTrainPage<QWidget>("rewardsPanel")->isVisible());
        shown.addReward("length_target");
        QCOMPARE(shown.setting("reward_funcs")->text(), "[arithmetic, length_target]");
        RewardsShown::type(shown.onTrainPage<QLineEdit>("weight:length_target"), "0.5");
        QCOMPARE(shown.setting("reward_weights")->text(), "[1, 0.5]");
        RewardsShown::type(shown.setting("reward_length"), "6");
        QCOMPARE(shown.onTrainPage<QWidget>("rewardsPanel")
                     ->findChild<QLineEdit*>("field:reward_length")
                     ->text(),
                 "6");
        RewardsShown::type(shown.setting("reward_funcs"), "ended");
        QVERIFY(!shown.find<QWidget>("trainPage")->findChild<QWidget*>("weight:length_target"));
        RewardsShown::type(shown.setting("reward_weights"), "");
        // What cannot be read keeps the run from being started.
        QVERIFY(shown.state() == TransportState::draft);
        RewardsShown::type(shown.onTrainPage<QLineEdit>("weight:ended"), "much");
        QVERIFY(shown.state() == TransportState::nothing);
        RewardsShown::type(shown.onTrainPage<QLineEdit>("weight:ended"), "2");
        QVERIFY(shown.state() == TransportState::draft);
        // A run that imitates has no rewards.
        Settings imitation = small_grpo();
        imitation.algorithm = "sft";
        shown.draft(imitation);
        QVERIFY(shown.button("tabRewards")->isHidden());
        QVERIFY(shown.find<QWidget>("completionsPanel")->isVisible());
    }

    void own_functions_reward_a_run() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        RewardsShown shown(options);
        shown.draft(small_grpo());
        shown.button("tabRewards")->click();
        shown.addReward(evenProgram(folder));
        shown.addReward(PLUMBLINE_EXAMPLE_PLUGIN);
        shown.runToTheEnd();
        QCOMPARE(shown.message(), "");
        auto reader = readerOf(options);
        for (const char* part : {"arithmetic", "even", "sentence_length"}) {
            const auto points = reader->metric(1, "rewards/" + std::string(part) + "/mean");
            VERIFY_OK(points);
            QCOMPARE(points->size(), 8u);
        }
        auto* grid = shown.find<ChartGrid>("chartGrid");
        auto* chart = grid->findChild<Chart*>("chart:rewards by function");
        QVERIFY(chart && chart->hasPoints());
        const auto* table = shown.find<QTableView>("completions")->model();
        const auto hasColumn = [&](const QString& name) {
            for (int i = 0; i < table->columnCount(); ++i)
                if (table->headerData(i, Qt::Horizontal).toString() == name) return true;
            return false;
        };
        QTRY_VERIFY(hasColumn("arithmetic") && hasColumn("even") && hasColumn("sentence_length"));

        // The functions of the run are shown, and can be tried.
        QVERIFY(!shown.onTrainPage<QLineEdit>("weight:even")->isEnabled());
        shown.onTrainPage<QPlainTextEdit>("trialCompletion")->setPlainText("1,2#3");
        shown.onTrainPage<QPushButton>("tryRewards")->click();
        auto* results = shown.onTrainPage<QTableWidget>("trialResults");
        QTRY_VERIFY_WITH_TIMEOUT(results->item(3, 3) && !results->item(3, 3)->text().isEmpty(),
                                 patience_ms);
        QCOMPARE(results->item(1, 1)->text(), "1");  // five characters and the end token
    }

    void a_function_that_dies_ends_the_run_with_its_name() {
        const TemporaryFolder folder;
        RewardsShown shown(optionsBelow(folder.path()));
        Settings settings = small_grpo();
        settings.reward_funcs = {evenProgram(folder, "batch['id'] > 3 and os._exit(5)")};
        shown.draft(settings);
        shown.runToTheEnd();
        QVERIFY2(shown.message().contains("The reward program even ("),
                 qPrintable(shown.message()));
        QVERIFY2(shown.message().contains("ended with exit code 5"), qPrintable(shown.message()));
        QTRY_VERIFY(shown.shownStep() > 0);
    }

    void the_reward_model_of_a_run_is_tried() {
        const TemporaryFolder folder;
        RewardsShown shown(optionsBelow(folder.path()));
        Settings settings = small_reviews_run("ppo");
        settings.max_steps = 2;
        shown.draft(settings);
        const auto ask = [&] {
            shown.onTrainPage<QPlainTextEdit>("trialPrompt")->setPlainText("the cast");
            shown.onTrainPage<QPlainTextEdit>("trialCompletion")->setPlainText("was good .");
            shown.onTrainPage<QPushButton>("tryRewards")->click();
        };
        shown.button("tabRewards")->click();
        ask();
        auto* problem = shown.onTrainPage<QPlainTextEdit>("trialProblem");
        QTRY_VERIFY(problem->toPlainText().contains("has no model yet"));
        shown.runToTheEnd();
        QCOMPARE(shown.message(), "");
        ask();
        auto* results = shown.onTrainPage<QTableWidget>("trialResults");
        QTRY_VERIFY_WITH_TIMEOUT(results->item(1, 3) && !results->item(1, 3)->text().isEmpty(),
                                 patience_ms);
        QVERIFY(problem->isHidden());
    }

    void a_tab_has_its_own_room() {
        const TemporaryFolder folder;
        RewardsShown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        auto* charts = shown.find<ChartGrid>("chartGrid");
        const int before = charts->height();
        shown.button("tabRewards")->click();
        QTRY_VERIFY(charts->height() < before);
        QVERIFY(shown.onTrainPage<QWidget>("rewardsPanel")->height() >= 230);
        shown.button("tabLog")->click();
        QTRY_COMPARE(charts->height(), before);
    }
};

PLUMB_REGISTER_TEST(TestRewardsInWindow)
#include "rewards_test.moc"
