// SPDX-License-Identifier: GPL-3.0-or-later
// The user's own reward functions tried in the window: good ones and every bad one.
#include "widgets/reward_tryout.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QThreadPool>
#include <QToolButton>

#include "core/reward/own_reward_helpers.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

const char* const example_program = PLUMBLINE_SOURCE_DIR "/plugins/python-example/politeness.py";

struct Shown {
    TemporaryFolder folder;
    Settings settings;
    RewardTryout tryout;
    explicit Shown(const std::vector<std::string>& functions = {"ended"}) {
        settings.task = "data";
        settings.reward_funcs = functions;
        settings.reward_timeout = 20;
        tryout.resize(620, 260);
        tryout.setSettings(settings);
        tryout.show();
        find<QPlainTextEdit>("trialPrompt")->setPlainText("Can you help me?");
        find<QPlainTextEdit>("trialCompletion")->setPlainText("Sorry, would you please wait?");
    }
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = tryout.findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    QPushButton* button(const QString& name) { return find<QPushButton>(name); }
    QString cell(int row, int column) {
        const auto* item = find<QTableWidget>("trialResults")->item(row, column);
        return item ? item->text() : QString();
    }
    QString state() { return find<QLabel>("trialState")->text(); }
    std::string problem() {
        auto* text = find<QPlainTextEdit>("trialProblem");
        return text->isHidden() ? "" : text->toPlainText().toStdString();
    }
    void use(const std::vector<std::string>& functions) {
        settings.reward_funcs = functions;
        tryout.setSettings(settings);
    }
    /// Presses Try and waits for every answer.
    void ask() {
        button("tryRewards")->click();
        QVERIFY(tryout.isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(!tryout.isBusy(), 30000);
    }
    /// A Python program that does this for every batch.
    std::string program(const std::string& name, const std::string& body,
                        const std::string& hello = "{'plumbline': 1}") {
        return write_program(folder, name,
                             "import json, os, sys, time\n"
                             "open('pid', 'w').write(str(os.getpid()))\n"
                             "print(json.dumps(" +
                                 hello +
                                 "))\n"
                                 "for line in sys.stdin:\n"
                                 "    batch = json.loads(line)\n"
                                 "    " +
                                 body + "\n");
    }
};

std::string plugin(const std::string& name) { return PLUMBLINE_TEST_PLUGINS "/" + name + ".so"; }

}  // namespace

class TestRewardTryout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void programs_plugins_and_rules_are_tried() {
        Shown shown({example_program, PLUMBLINE_EXAMPLE_PLUGIN, "exact_match", "ended"});
        shown.settings.reward_weights = {0.5, 2, 1, 1};
        shown.tryout.setSettings(shown.settings);
        shown.ask();
        QCOMPARE(shown.cell(0, 0), "politeness");
        QCOMPARE(shown.cell(0, 1), "1");
        QCOMPARE(shown.cell(0, 2), "0.5");
        QCOMPARE(shown.cell(0, 3), "0.5");
        QVERIFY(shown.cell(0, 4).endsWith("s"));
        QCOMPARE(shown.cell(1, 0), "sentence_length");
        QCOMPARE(shown.cell(1, 1), "0.5");
        QCOMPARE(shown.cell(2, 1), "no opinion");
        QCOMPARE(shown.cell(4, 0), "weighted total");
        QCOMPARE(shown.cell(4, 3), "2.5");
        QVERIFY(shown.problem().empty());
        QCOMPARE(shown.state(), "length 29 characters");
        // Other weights count at once, for the values that there are.
        shown.settings.reward_weights = {1, 2, 1, 0};
        shown.tryout.setSettings(shown.settings);
        QCOMPARE(shown.cell(4, 3), "2");
        // Other functions have not been asked.
        shown.use({"ended"});
        QCOMPARE(shown.find<QTableWidget>("trialResults")->rowCount(), 0);
    }

    void the_end_and_the_answer_count() {
        Shown shown({"exact_match", "ended"});
        shown.find<QLineEdit>("trialAnswer")->setText("Sorry, would you please wait?");
        shown.ask();
        QCOMPARE(shown.cell(2, 3), "2");
        shown.find<QCheckBox>("trialEnded")->setChecked(false);
        shown.ask();
        QCOMPARE(shown.cell(1, 1), "0");
    }

    void rows_of_the_data_fill_the_text() {
        Shown shown({"arithmetic"});
        shown.settings.task = "arithmetic";
        shown.tryout.setSettings(shown.settings);
        auto* prompt = shown.find<QPlainTextEdit>("trialPrompt");
        shown.button("trialFirstRow")->click();
        QTRY_COMPARE(shown.find<QLabel>("trialRowPlace")->text(), "Row 1");
        const QString first = prompt->toPlainText();
        QVERIFY(first.endsWith("="));
        const QString answer = shown.find<QLineEdit>("trialAnswer")->text();
        shown.find<QPlainTextEdit>("trialCompletion")->setPlainText("#" + answer);
        shown.ask();
        QCOMPARE(shown.cell(0, 1), "1");
        QCOMPARE(shown.state(), "length 3 tokens");
        shown.find<QToolButton>("trialNextRow")->click();
        QVERIFY(prompt->toPlainText() != first);
        shown.find<QToolButton>("trialPreviousRow")->click();
        QCOMPARE(prompt->toPlainText(), first);
        QVERIFY(!shown.find<QToolButton>("trialPreviousRow")->isEnabled());
        // Files without rows are told in their place.
        shown.settings.task = "data";
        shown.tryout.setSettings(shown.settings);
        shown.button("trialFirstRow")->click();
        QTRY_VERIFY(shown.problem().find("train_files is empty") != std::string::npos);
    }

    void what_is_wrong_is_told_and_the_next_one_is_asked() {
        Shown shown;
        const std::pair<std::string, const char*> bad[] = {
            {shown.program("dies.py", "os._exit(3)"), "ended with exit code 3"},
            {shown.program("rubbish.py", "print('rubbish')"), "rubbish"},
            {shown.program("nan.py", "print('{\"id\": 1, \"scores\": [NaN]}')"), "nan"},
            {shown.program("shake.py", "pass", "{'plumbline': 9}"), "speaks version 9"},
            {shown.program("silent.py", "pass", "'good morning'"), "its first line must be"},
            {(shown.folder.path() / "gone.py").string(), "there is no file"},
            {plugin("crash"), "crashed with signal 11"},
            {plugin("wrong_abi"), "built for version 7 of the plug-in interface"},
            {plugin("no_symbol"), "has no function plumbline_reward"},
            {plugin("refuses"), "reports an error"},
        };
        for (const auto& [function, part] : bad) {
            shown.use({function, "ended"});
            shown.ask();
            QCOMPARE(shown.cell(0, 1), "failed");
            VERIFY_PART(shown.problem(), part);
            VERIFY_PART(shown.problem(), std::filesystem::path(function).filename().string());
            QCOMPARE(shown.cell(1, 1), "1");
            QCOMPARE(shown.cell(2, 3), "");
            QVERIFY(shown.button("tryRewards")->isEnabled());
        }
        shown.use({example_program});
        shown.ask();
        QVERIFY(shown.problem().empty());
        QCOMPARE(shown.cell(1, 3), "1");
    }

    void a_file_that_may_not_be_executed_is_told() {
        Shown shown;
        const std::string file = (shown.folder.path() / "judge").string();
        std::ofstream(file) << "#!/bin/sh\n";
        shown.use({file});
        shown.ask();
        VERIFY_PART(shown.problem(), "chmod +x");
    }

    void one_that_hangs_is_cancelled_and_gone() {
        Shown shown;
        shown.use({shown.program("hangs.py", "time.sleep(600)"), "ended"});
        shown.button("tryRewards")->click();
        QTRY_VERIFY(pid_in(shown.folder.path() / "pid") > 0);
        QVERIFY(shown.tryout.isBusy() && shown.button("tryRewards")->isHidden());
        QVERIFY2(shown.cell(0, 1).startsWith("asked, "), qPrintable(shown.cell(0, 1)));
        QVERIFY2(shown.cell(0, 1).endsWith("limit 20 s"), qPrintable(shown.cell(0, 1)));
        shown.button("cancelTrial")->click();
        QVERIFY(!shown.tryout.isBusy());
        QCOMPARE(shown.cell(0, 1), "cancelled");
        QCOMPARE(shown.cell(1, 1), "cancelled");
        QCOMPARE(shown.state(), "cancelled");
        QVERIFY(goes(pid_in(shown.folder.path() / "pid")));
        shown.use({"ended"});
        shown.ask();
        QCOMPARE(shown.cell(0, 1), "1");
    }

    void a_plugin_that_hangs_is_cancelled() {
        Shown shown({plugin("hang")});
        shown.button("tryRewards")->click();
        QVERIFY(shown.tryout.isBusy());
        QTest::keyClick(shown.find<QPlainTextEdit>("trialCompletion"), Qt::Key_Escape);
        QVERIFY(!shown.tryout.isBusy());
        QVERIFY(QThreadPool::globalInstance()->waitForDone(10000));
    }

    void closing_the_window_ends_a_program() {
        TemporaryFolder folder;
        auto shown = std::make_unique<Shown>();
        const std::string body =
            "open('" + (folder.path() / "pid").string() + "', 'w').write(str(os.getpid()))";
        shown->use({shown->program("hangs.py", body + "; time.sleep(600)")});
        shown->button("tryRewards")->click();
        QTRY_VERIFY(pid_in(folder.path() / "pid") > 0);
        shown.reset();
        QVERIFY(goes(pid_in(folder.path() / "pid")));
    }

    void a_time_limit_is_told() {
        Shown shown;
        shown.settings.reward_timeout = 0.3;
        shown.use({shown.program("hangs.py", "time.sleep(600)")});
        shown.ask();
        VERIFY_PART(shown.problem(), "gave no answer within 0.3 seconds");
        VERIFY_PART(shown.problem(), "reward_timeout");
    }

    void the_keys_belong_to_the_text_that_is_edited() {
        Shown shown;
        QTest::keyClick(shown.find<QPlainTextEdit>("trialCompletion"), Qt::Key_Return,
                        Qt::ControlModifier);
        QTRY_COMPARE(shown.cell(1, 3), "1");
        QCOMPARE(shown.find<QPlainTextEdit>("trialCompletion")->toPlainText(),
                 "Sorry, would you please wait?");
    }
};

PLUMB_REGISTER_TEST(TestRewardTryout)
#include "reward_tryout_test.moc"
