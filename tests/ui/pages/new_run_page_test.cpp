// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <tuple>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QToolButton>

#include "pages/new_run_page.h"
#include "test_main.h"
#include "widgets/file_list_edit.h"
#include "widgets/reward_list.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Shown {
    TemporaryFolder folder;
    NewRunPage page;
    Shown() {
        page.resize(1060, 640);
        page.show();
        page.setWorkspace(folder.path());
        page.setRuns({});
    }
    QString write(const std::string& name, const std::string& text) {
        const auto file = folder.path() / name;
        std::ofstream(file) << text;
        return QString::fromStdString(file.string());
    }
    void add(const QString& file) { page.findChild<FileListEdit*>("trainFiles")->addFiles({file}); }
    QString text(const QString& label) {
        auto* found = page.findChild<QLabel*>(label);
        return found->isVisible() ? found->text() : QString();
    }
    QWidget* row(const QString& key) { return page.findChild<QWidget*>("row:" + key); }
    void addReward(const QString& entry) { page.findChild<RewardList*>()->add({entry}); }
    QPushButton* start() { return page.findChild<QPushButton*>("newRunStart"); }
    void choose(const QString& box, const QString& text) {
        auto* combo = page.findChild<QComboBox*>(box);
        combo->setCurrentText(text);
        Q_EMIT combo->activated(combo->currentIndex());
    }
};

/// A supervised run, a reward model, and a run without a step.
std::vector<RunRecord> runs() {
    std::vector<RunRecord> runs(3);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        runs[i].id = static_cast<RunId>(i) + 1;
        runs[i].algorithm = i == 1 ? "reward" : "sft";
        runs[i].step = i == 2 ? 0 : 40;
    }
    return runs;
}

std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "a sentence of the file, number " + std::to_string(i) + "\n";
    return text;
}

}  // namespace

class TestNewRunPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_text_file_is_previewed_and_can_be_started() {
        Shown shown;
        QVERIFY(!shown.start()->isEnabled());
        shown.add(shown.write("text.txt", lines(120)));
        QTRY_COMPARE(shown.text("previewTitle"), "Preview: 120 rows");
        auto* table = shown.page.findChild<QTableWidget*>("previewRows");
        QCOMPARE(table->rowCount(), 50);
        QCOMPARE(table->item(3, 0)->text(), "a sentence of the file, number 3");
        QCOMPARE(table->item(3, 2)->text(), "text.txt:4");
        QVERIFY2(shown.text("previewLengths").contains("0 rows (0.0 %)"),
                 qPrintable(shown.text("previewLengths")));
        QTest::keyClicks(shown.page.findChild<QLineEdit*>("newRunName"), "mine");
        QVERIFY(shown.start()->isEnabled());
        QSignalSpy started(&shown.page, &NewRunPage::startRequested);
        shown.start()->click();
        QCOMPARE(started.count(), 1);
        const auto settings = started.first().at(0).value<Settings>();
        QCOMPARE(settings.train_files.size(), 1u);
        QCOMPARE(QString::fromStdString(settings.algorithm), "sft");
        QCOMPARE(started.first().at(1).toString(), "mine");
    }

    void a_shorter_limit_shows_what_is_cut() {
        Shown shown;
        shown.add(shown.write("text.txt", lines(100)));
        auto* limit = shown.page.findChild<QLineEdit*>("field:max_length");
        limit->setText("20");
        QTest::keyClick(limit, Qt::Key_Return);
        QTRY_VERIFY2(shown.text("previewLengths").contains("100 rows (100.0 %)"),
                     qPrintable(shown.text("previewLengths")));
    }

    void columns_are_offered_and_mapped() {
        Shown shown;
        shown.choose("field:algorithm", "grpo");
        shown.add(shown.write("rows.jsonl",
                              "{\"task\": \"one and one\", \"result\": \"2\"}\n"
                              "{\"task\": \"two\", \"result\": \"2\"}\n"));
        QTRY_VERIFY2(shown.text("previewProblem").contains("task"),
                     qPrintable(shown.text("previewProblem")));
        shown.choose("column:prompt_column", "task");
        QTRY_COMPARE(shown.text("previewTitle"), "Preview: 2 rows");
        auto* box = shown.page.findChild<QComboBox*>("column:answer_column");
        QVERIFY(box->findText("result") >= 0);
        QVERIFY(shown.text("previewWarnings").contains("model_name_or_path"));
        shown.choose("column:answer_column", "result");
        QTRY_VERIFY(shown.text("previewSummary").contains("Reference answers: 2"));
    }

    void rewards_have_a_page() {
        Shown shown;
        auto* tab = shown.page.findChild<QPushButton*>("newRunRewards");
        QVERIFY(!tab->isVisible());  // imitation has none
        shown.choose("field:algorithm", "grpo");
        QCOMPARE(shown.text("rewardsSummary"), "The reference answers of the rows");
        QVERIFY(tab->isVisible());
        shown.page.findChild<QPushButton*>("openRewards")->click();
        QVERIFY(shown.page.findChild<QWidget*>("rewardsPanel")->isVisible());
        shown.addReward("ended");
        shown.addReward("/own/judge.py");
        auto* weight = shown.page.findChild<QLineEdit*>("weight:ended");
        weight->setText("0.5");
        QTest::keyClick(weight, Qt::Key_Return);
        QCOMPARE(shown.page.settings().reward_funcs,
                 (std::vector<std::string>{"ended", "/own/judge.py"}));
        QCOMPARE(shown.page.settings().reward_weights, (std::vector<double>{0.5, 1}));
        QCOMPARE(shown.text("rewardsSummary"), QString("0.5 \u00D7 ended, judge"));
        weight->setText("much");
        QTest::keyClick(weight, Qt::Key_Return);
        QVERIFY(shown.text("rewardsSummaryProblem").contains("much"));
        QVERIFY(!shown.start()->isEnabled());
        weight->setText("2");
        QTest::keyClick(weight, Qt::Key_Return);
        QCOMPARE(shown.text("rewardsSummaryProblem"), "");
        // Back to imitation, which shows the data again.
        shown.choose("field:algorithm", "sft");
        QVERIFY(!tab->isVisible());
        QVERIFY(shown.page.findChild<QWidget*>("dataPreview")->isVisible());
    }

    void the_try_out_has_the_start_key_while_it_is_edited() {
        Shown shown;
        shown.add(shown.write("prompts.jsonl", "{\"prompt\": \"it was\"}\n"));
        shown.choose("field:algorithm", "grpo");
        shown.addReward("ended");
        shown.page.findChild<QPushButton*>("openRewards")->click();
        QSignalSpy started(&shown.page, &NewRunPage::startRequested);
        QTest::keyClick(shown.page.findChild<QPlainTextEdit*>("trialCompletion"), Qt::Key_Return,
                        Qt::ControlModifier);
        auto* results = shown.page.findChild<QTableWidget*>("trialResults");
        QTRY_VERIFY(results->rowCount() == 2 && results->item(0, 1)->text() == "1");
        QCOMPARE(started.count(), 0);
    }

    void each_algorithm_shows_its_own_fields() {
        Shown shown;
        using Keys = std::vector<const char*>;
        const std::vector<std::tuple<const char*, Keys, Keys>> expected = {
            {"sft",
             {"completion_column", "max_length"},
             {"chosen_column", "dpo_beta", "kl_coef", "num_generations"}},
            {"reward",
             {"chosen_column", "rejected_column", "label_column", "center_rewards_coefficient"},
             {"dpo_beta", "kl_coef", "max_completion_length", "answer_column"}},
            {"dpo",
             {"chosen_column", "dpo_loss_type", "dpo_beta", "online_dpo"},
             {"kl_coef", "num_ppo_epochs", "beta", "answer_column"}},
            {"ppo",
             {"kl_coef", "cliprange", "vf_coef", "num_ppo_epochs", "num_mini_batches",
              "answer_column", "chosen_column"},
             {"dpo_beta", "num_generations", "beta"}},
            {"rloo",
             {"beta", "num_generations", "answer_column"},
             {"kl_coef", "dpo_beta", "chosen_column"}}};
        for (const auto& [algorithm, there, notThere] : expected) {
            shown.choose("field:algorithm", algorithm);
            for (const char* key : there)
                QVERIFY2(shown.row(key)->isVisible(), (std::string(algorithm) + key).c_str());
            for (const char* key : notThere)
                QVERIFY2(!shown.row(key)->isVisible(), (std::string(algorithm) + key).c_str());
        }
    }

    void a_named_reward_model_needs_no_pairs() {
        Shown shown;
        shown.add(shown.write("prompts.jsonl", "{\"prompt\": \"it was\"}\n"));
        shown.choose("field:algorithm", "ppo");
        shown.page.findChild<QPushButton*>("openRewards")->click();
        auto* pairs = shown.page.findChild<QWidget*>("preferenceFiles");
        QVERIFY(pairs->isVisible());
        QVERIFY(shown.text("rewardProblem:reward_model").contains("preference_files"));
        QVERIFY(shown.text("rewardsSummaryProblem").contains("preference_files"));
        QVERIFY(shown.text("error:model_name_or_path").contains("sft"));
        shown.page.setRuns(runs());
        auto* model = shown.page.findChild<QComboBox*>("rewardModel");
        shown.choose("rewardModel", model->itemText(model->findData("2")));
        QCOMPARE(QString::fromStdString(shown.page.settings().reward_model), "2");
        QVERIFY(!pairs->isVisible());
        QVERIFY(shown.text("rewardProblem:reward_model").isEmpty());
        shown.addReward("ended");
        shown.page.findChild<QToolButton*>("removeReward:reward_model")->click();
        QCOMPARE(shown.page.settings().reward_funcs, std::vector<std::string>{"ended"});
        QVERIFY(!model->isVisible());
    }

    void models_of_the_right_kind_are_offered() {
        Shown shown;
        shown.page.setRuns(runs());
        const auto offers = [&](const char* chooser, const char* run) {
            return shown.page.findChild<QComboBox*>(chooser)->findData(run) >= 0;
        };
        QVERIFY(offers("startingModel", "1") && !offers("startingModel", "2"));
        QVERIFY(!offers("startingModel", "3"));  // no step yet
        shown.choose("field:algorithm", "ppo");
        QVERIFY(offers("rewardModel", "2") && !offers("rewardModel", "1"));
        shown.choose("field:algorithm", "reward");
        QVERIFY(offers("startingModel", "1") && offers("startingModel", "2"));
    }

    void preference_pairs_are_previewed() {
        Shown shown;
        shown.choose("field:algorithm", "dpo");
        shown.add(shown.write("pairs.jsonl",
                              "{\"prompt\": \"it \", \"chosen\": \"was\", \"rejected\": \"is\"}\n"
                              "{\"prompt\": \"a \", \"chosen\": \"b\", \"rejected\": \"c\"}\n"));
        QTRY_COMPARE(shown.text("previewTitle"), "Preview: 2 rows");
        auto* table = shown.page.findChild<QTableWidget*>("previewRows");
        QCOMPARE(table->horizontalHeaderItem(1)->text(), "chosen");
        QCOMPARE(table->horizontalHeaderItem(2)->text(), "rejected");
        QCOMPARE(table->item(0, 2)->text(), "is");
        QVERIFY(shown.page.findChild<QComboBox*>("column:chosen_column")->findText("chosen") >= 0);
    }

    void the_learning_rate_follows_the_algorithm_until_it_is_chosen() {
        Shown shown;
        QCOMPARE(shown.page.settings().learning_rate, 0.003);
        shown.choose("field:algorithm", "dpo");
        QCOMPARE(shown.page.settings().learning_rate, 0.0002);
        auto* rate = shown.page.findChild<QLineEdit*>("field:learning_rate");
        rate->setText("0.0005");
        QTest::keyClick(rate, Qt::Key_Return);
        shown.choose("field:algorithm", "ppo");
        QCOMPARE(shown.page.settings().learning_rate, 0.0005);
    }

    void bad_files_are_named_with_the_line() {
        Shown shown;
        shown.add(shown.write("bad.jsonl", "{\"text\": \"good\"}\nnot json\n"));
        QTRY_VERIFY2(shown.text("previewProblem").contains("bad.jsonl") &&
                         shown.text("previewProblem").contains("2"),
                     qPrintable(shown.text("previewProblem")));
        shown.page.findChild<FileListEdit*>("trainFiles")->setFiles({});
        shown.add("/nowhere/missing.txt");
        QTRY_VERIFY2(shown.text("previewProblem").contains("missing.txt"),
                     qPrintable(shown.text("previewProblem")));
    }

    void a_value_out_of_range_is_told_beside_its_field() {
        Shown shown;
        auto* rate = shown.page.findChild<QLineEdit*>("field:learning_rate");
        rate->setText("5");
        QTest::keyClick(rate, Qt::Key_Return);
        QVERIFY(!shown.text("error:learning_rate").isEmpty());
    }
};

PLUMB_REGISTER_TEST(TestNewRunPage)
#include "new_run_page_test.moc"
