// SPDX-License-Identifier: GPL-3.0-or-later
// The Compare page in the window, by what a user presses.
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTableWidget>
#include <QTextEdit>

#include "bridge/compare_feed.h"
#include "common/text.h"
#include "config/yaml.h"
#include "core/session/small_run.h"
#include "pages/compare_page.h"
#include "widgets/caution_strip.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

constexpr const char* comparison_name = "test";

Settings settingsOf(const std::string& algorithm, std::int64_t seed) {
    Settings settings = small_reviews_run(algorithm);
    settings.seed = seed;
    settings.comparison = comparison_name;
    settings.variant = algorithm;
    return settings;
}

/// A run with an evaluation and answers to two held-out prompts every five steps.
RunId addRun(Store& store, const Settings& settings, std::int64_t steps, bool isOver = true) {
    RunRecord record;
    record.name = settings.algorithm + std::to_string(settings.seed);
    record.algorithm = settings.algorithm;
    record.settings = write_settings(settings);
    record.total_steps = 20;
    const RunId run = store.create_run(record).value();
    for (std::int64_t step = 1; step <= steps; ++step) {
        Metrics metrics{{"loss", 0.5}, {"reward", 0.1 * double(step)}};
        if (step % 5 == 0) {
            metrics["eval/gold_reward"] = 0.1 * double(step + settings.seed);
            metrics["eval/kl_sequence"] = 0.2 * double(step);
            std::vector<CompletionRecord> rows;
            for (int i = 0; i < 2; ++i)
                rows.push_back({.step = step,
                                .row = -1 - i,
                                .prompt = "prompt " + std::to_string(i),
                                .completion = settings.algorithm + " says " + std::to_string(step),
                                .reward = 0.5,
                                .length = 3,
                                .ended = true});
            store.add_completions(run, step, std::move(rows));
        }
        store.add_metrics(run, step, metrics, 20);
    }
    (void)store.flush();
    if (isOver) (void)store.set_run_state(run, RunState::finished, "");
    return run;
}

void makeRuns(const SessionOptions& options) {
    auto store = Store::open(options.workspace, Access::read_write);
    if (!store) qFatal("%s", store.error().message.c_str());
    for (const char* algorithm : {"ppo", "grpo"})
        for (const std::int64_t seed : {0, 1}) addRun(**store, settingsOf(algorithm, seed), 10);
}

/// Answers of two models to three prompts; the first wins two of them by the gold reward.
void addAnswers(const SessionOptions& options) {
    auto store = Store::open(options.workspace, Access::read_write);
    if (!store) qFatal("%s", store.error().message.c_str());
    AnswerSet set{.name = "ppo against grpo", .source = "{}", .settings = ""};
    set.models = {{.name = "ppo0", .identity = "ppo0/1@10", .run = RunId(1), .step = 10},
                  {.name = "grpo0", .identity = "grpo0/3@10", .run = RunId(3), .step = 10}};
    AnswerTexts texts;
    texts.answers.resize(2);
    for (int i = 0; i < 3; ++i) {
        texts.prompts.push_back({.text = "question " + std::to_string(i)});
        for (std::size_t model = 0; model < 2; ++model)
            texts.answers[model].push_back({.completion = model == 0 ? "a fine film" : "a film",
                                            .sampled = "a film",
                                            .tokens = {1, 2},
                                            .ended = true});
    }
    const AnswerScores gold{.judge = "gold", .scores = {{2.0, 1.0, 0.0}, {1.0, 0.5, 1.0}}};
    VERIFY_OK((*store)->add_answer_set(set, texts, {gold}));
}

struct Comparing : Shown {
    explicit Comparing(const SessionOptions& options) : Shown(options) {
        window->activateWindow();
        if (!QTest::qWaitForWindowActive(window.get())) qFatal("the window is not active");
    }
    ComparePage& page() { return *find<ComparePage>("comparePage"); }
    void open() {
        button("tabCompare")->click();
        page().compareNamed(comparison_name);
        QTRY_VERIFY_WITH_TIMEOUT(page().feed().comparison(), patience_ms);
    }
    QString summary() { return text("compareSummary"); }
    QString answer(int column) {
        return find<QTextEdit>(QString("answer:%1").arg(column))->toPlainText();
    }
};

}  // namespace

class TestCompare : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_empty_page_names_the_next_step() {
        const TemporaryFolder folder;
        Comparing shown(optionsBelow(folder.path()));
        shown.button("tabCompare")->click();
        QVERIFY(shown.button("emptyCompareThree")->isVisible());
        shown.button("emptyCompareThree")->click();
        QTRY_VERIFY(shown.window->findChild<QDialog*>("threeDialog"));
    }

    void a_comparison_is_chosen_by_its_name() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        makeRuns(options);
        Comparing shown(options);
        shown.button("tabCompare")->click();
        auto* names = shown.find<QComboBox>("compareName");
        QTRY_COMPARE(names->count(), 1);
        QCOMPARE(names->itemText(0), "test (4 runs)");
        names->setCurrentIndex(0);
        Q_EMIT names->activated(0);
        QTRY_VERIFY_WITH_TIMEOUT(shown.summary().contains("4 runs in 2 groups"), patience_ms);
        const auto* table = shown.find<QTableView>("table:overview")->model();
        QCOMPARE(table->rowCount(), 2);
        QCOMPARE(table->index(0, 0).data().toString(), "ppo");
    }

    void runs_of_the_list_are_compared_with_a_key() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        makeRuns(options);
        Comparing shown(options);
        auto* list = shown.find<QListView>("runList");
        list->setFocus();
        list->setCurrentIndex(list->model()->index(0, 0));
        list->selectAll();
        QTest::keyClick(list, Qt::Key_C);
        QTRY_VERIFY_WITH_TIMEOUT(shown.summary().contains("4 runs"), patience_ms);
        QVERIFY(shown.page().isVisible());
    }

    void the_comparison_grows_while_runs_come_in() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        makeRuns(options);
        Comparing shown(options);
        shown.open();
        if (QTest::currentTestFailed()) return;
        QTRY_COMPARE_WITH_TIMEOUT(shown.page().feed().comparison()->runs.size(), 4u, patience_ms);
        Settings going = small_grpo();
        going.comparison = comparison_name;
        going.variant = "small";
        going.max_steps = 4;
        shown.window->bridge().start(going, "small");
        // The window turns to a run that starts; the comparison is looked at again.
        QTRY_VERIFY_WITH_TIMEOUT(!shown.page().isVisible(), patience_ms);
        shown.button("tabCompare")->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            shown.page().feed().comparison()->runs.size() == 5u &&
                shown.page().feed().comparison()->runs.back().record.state == RunState::finished,
            patience_ms);
        QCOMPARE(shown.page().feed().comparison()->runs.back().record.step, 4);
        // Another task, and one seed: it is said.
        const QString cautions = shown.find<CautionStrip>("compareCautions")->text();
        QVERIFY2(cautions.contains("task"), qPrintable(cautions));
        QVERIFY2(cautions.contains("seed"), qPrintable(cautions));
    }

    void answers_stand_side_by_side_for_a_prompt_and_a_step() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        makeRuns(options);
        Comparing shown(options);
        shown.open();
        if (QTest::currentTestFailed()) return;
        shown.button("compareTabAnswers")->click();
        QTRY_COMPARE_WITH_TIMEOUT(shown.text("answersPlace"), "Prompt 1 of 2", patience_ms);
        QCOMPARE(shown.answer(0), "ppo says 10");
        QCOMPARE(shown.answer(1), "grpo says 10");
        // What differs from the first answer is marked.
        QTRY_VERIFY(!shown.find<QTextEdit>("answer:1")->extraSelections().isEmpty());
        QTest::keyClick(shown.button("compareTabAnswers"), Qt::Key_J);
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "prompt 1");
        QTest::keyClick(shown.button("compareTabAnswers"), Qt::Key_Left, Qt::AltModifier);
        QTRY_COMPARE_WITH_TIMEOUT(shown.answer(0), "ppo says 5", patience_ms);
        shown.find<QLineEdit>("answersFilter")->setText("nothing like this");
        QVERIFY(shown.text("answersEmpty").contains("No prompt"));
    }

    void a_cell_of_the_matrix_opens_its_answers() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        makeRuns(options);
        addAnswers(options);
        if (QTest::currentTestFailed()) return;
        Comparing shown(options);
        shown.open();
        if (QTest::currentTestFailed()) return;
        auto* matrix = shown.find<QTableWidget>("overviewMatrix");
        QTRY_COMPARE_WITH_TIMEOUT(matrix->rowCount(), 2, patience_ms);
        QVERIFY2(matrix->item(0, 1)->text().startsWith("67"),
                 qPrintable(matrix->item(0, 1)->text()));
        Q_EMIT matrix->cellClicked(0, 1);
        QTRY_VERIFY(shown.find<QWidget>("cellAnswers")->isVisible());
        QVERIFY(shown.text("cellTitle").contains("1 of 3"));
        QVERIFY(shown.text("cellTitle").contains("ppo0 won"));
        QCOMPARE(shown.find<QTextEdit>("cellLeft")->toPlainText(), "a fine film");
        shown.button("cellNext")->click();
        shown.button("cellNext")->click();
        QVERIFY(shown.text("cellTitle").contains("grpo0 won"));
        QVERIFY(!shown.button("cellNext")->isEnabled());
    }

    void three_algorithms_are_queued_from_the_card() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        Comparing shown(options);
        shown.window->bridge().holdQueue();
        shown.button("card:compare-three")->click();
        auto* dialog = shown.find<QDialog>("threeDialog");
        auto* experiment = shown.find<QComboBox>("threeExperiment");
        experiment->setCurrentIndex(experiment->findData("compare-three-reviews-smoke"));
        auto* seeds = shown.find<QLineEdit>("threeSeeds");
        auto* queue = shown.button("threeQueue");
        seeds->setText("two");
        QVERIFY(shown.find<QLabel>("threeSeedsError")->isVisibleTo(dialog));
        QVERIFY(!queue->isEnabled());
        seeds->setText("2");
        QVERIFY(queue->isEnabled());
        const int runs = shown.find<QListWidget>("threeRuns")->count();
        QVERIFY(runs >= 6);
        queue->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.page().isVisible(), patience_ms);
        QCOMPARE(readerOf(options)->queue()->size(), std::size_t(runs));
    }

    void a_sweep_says_what_is_wrong_beside_the_field() {
        const TemporaryFolder folder;
        const auto options = optionsBelow(folder.path());
        Comparing shown(options);
        shown.window->bridge().holdQueue();
        shown.button("card:sweep")->click();
        auto* dialog = shown.find<QDialog>("sweepDialog");
        auto* base = shown.find<QComboBox>("sweepBase");
        base->setCurrentIndex(base->findText("dpo-reviews-smoke"));
        auto* key = shown.find<QComboBox>("sweepKey");
        auto* values = shown.find<QLineEdit>("sweepValues");
        auto* queue = shown.button("sweepQueue");
        QVERIFY(!queue->isEnabled());
        key->setEditText("dpo_betta");
        QVERIFY(shown.find<QLabel>("sweepKeyError")->isVisibleTo(dialog));
        QVERIFY(shown.text("sweepKeyError").contains("dpo_beta"));
        key->setEditText("dpo_beta");
        QVERIFY(!shown.find<QLabel>("sweepKeyError")->isVisibleTo(dialog));
        values->setText("0.1, much");
        QVERIFY(shown.find<QLabel>("sweepValuesError")->isVisibleTo(dialog));
        QVERIFY(!queue->isEnabled());
        values->setText("0.05, 0.1, 0.3");
        QVERIFY(!shown.find<QLabel>("sweepValuesError")->isVisibleTo(dialog));
        QVERIFY(queue->isEnabled());
        queue->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.page().isVisible(), patience_ms);
        QVERIFY(readerOf(options)->queue()->size() >= 3u);
    }
};

PLUMB_REGISTER_TEST(TestCompare)
#include "compare_test.moc"
