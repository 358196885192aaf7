// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/completions_page.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTextEdit>

#include "config/presets.h"
#include "config/yaml.h"
#include "test_main.h"
#include "widgets/colour_legend.h"
#include "widgets/coloured_tokens.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

constexpr int patience_ms = 10000;
constexpr std::int64_t steps = 60, rows_a_step = 8, group_size = 4;

CompletionRecord completionAt(std::int64_t step, std::int64_t row) {
    CompletionRecord record;
    record.step = step;
    record.row = row;
    record.group = row / group_size;
    record.prompt = row < group_size ? "ask one " : "ask two ";
    record.completion = "words of step " + std::to_string(step) + (row == 5 ? " rare" : "") + "$";
    record.reward = static_cast<double>((step * 7 + row * 3) % 11);
    record.reward_parts = {{"form", *record.reward - 1}, {"taste", 1.0}};
    record.advantage = static_cast<double>(row) - 3.5;
    record.length = 3 + row;
    record.ended = row != 7;
    record.kl = static_cast<double>(row) - 4;
    return record;
}

TokenRecord tokensOf(const CompletionRecord& completion) {
    TokenData tokens;
    const auto size = static_cast<std::int64_t>(completion.completion.size());
    tokens.ids = {11, 12, 13};
    tokens.bytes = {6, size - 7, 1};
    tokens.logprob = {-0.25f, -2.0f, -0.5f};
    tokens.ref_logprob = {-0.75f, -1.0f, -0.5f};
    tokens.ratio = {1.5f, 0.5f, 1.0f};
    tokens.clipped = {1, -1, 0};
    return {completion.row, encode_token_data(tokens)};
}

/// The page on a workspace with a run of 480 completions and 2 answers of an evaluation; numbers of
/// tokens of odd steps alone.
struct Shown {
    TemporaryFolder folder;
    SessionBridge bridge;
    CompletionsPage page{bridge};
    RunDetails details;

    explicit Shown(bool readOnlyEmpty = false) {
        SessionOptions options;
        options.workspace = folder.path() / "workspace";
        options.cache = folder.path() / "cache";
        fill(options.workspace, readOnlyEmpty);
        QSignalSpy opened(&bridge, &SessionBridge::opened);
        bridge.open(options);
        if (!opened.wait(patience_ms)) qFatal("the workspace did not open");
        page.resize(1060, 620);
        page.showRun(details);
        page.show();
        if (!readOnlyEmpty) waitForCount("482 completions");
    }
    ~Shown() {
        QSignalSpy closed(&bridge, &SessionBridge::closed);
        bridge.close();
        closed.wait(patience_ms);
    }
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = page.findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    QTableView* table() { return find<QTableView>("allCompletions"); }
    QString text(const QString& label) { return find<QLabel>(label)->text(); }
    QString cell(int row, const QString& column) {
        for (int i = 0; i < table()->model()->columnCount(); ++i)
            if (table()->model()->headerData(i, Qt::Horizontal).toString() == column)
                return table()->model()->index(row, i).data().toString();
        return "no column " + column;
    }
    void waitForCount(const QString& count) {
        QTRY_COMPARE_WITH_TIMEOUT(text("completionCount"), count, patience_ms);
    }
    void sortBy(const QString& column, Qt::SortOrder order) {
        for (int i = 0; i < table()->model()->columnCount(); ++i)
            if (table()->model()->headerData(i, Qt::Horizontal).toString() == column)
                table()->sortByColumn(i, order);
    }
    void choose(const QString& combo, int index) { find<QComboBox>(combo)->setCurrentIndex(index); }
    void chooseRow(int row) {
        table()->setFocus();
        table()->selectRow(row);
        QTRY_VERIFY_WITH_TIMEOUT(cell(row, "step") != "\u2026", patience_ms);
    }

private:
    void fill(const std::filesystem::path& workspace, bool withoutRows) {
        auto store = std::move(*Store::open(workspace, Access::read_write));
        details.settings = *preset_settings("grpo-arithmetic");
        RunRecord record;
        record.algorithm = "grpo";
        record.settings = write_settings(details.settings);
        record.step = steps;
        details.record = record;
        details.record.id = *store->create_run(record);
        for (std::int64_t step = 1; !withoutRows && step <= steps; ++step) {
            std::vector<CompletionRecord> rows;
            std::vector<TokenRecord> tokens;
            for (std::int64_t row = 0; row < rows_a_step; ++row) {
                rows.push_back(completionAt(step, row));
                if (step % 2) tokens.push_back(tokensOf(rows.back()));
            }
            store->add_completions(details.record.id, step, rows);
            store->add_token_data(details.record.id, step, std::move(tokens));
            details.completionSteps.push_back(step);
        }
        if (!withoutRows)
            store->add_completions(details.record.id, steps,
                                   {completionAt(steps, -1), completionAt(steps, -2)});
        if (!store->flush().ok()) qFatal("nothing was stored");
    }
};

}  // namespace

class TestCompletionsPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QSettings().clear(); }

    void all_steps_are_in_one_table_the_newest_first() {
        Shown shown;
        QCOMPARE(shown.table()->model()->rowCount(), 482);
        QCOMPARE(shown.cell(0, "step"), "60");
        QVERIFY(shown.cell(9, "step").contains("eval"));
        QCOMPARE(shown.cell(0, "form"), QString::number(*completionAt(60, 7).reward - 1, 'f', 3));
        // A row far down is read when it is looked at.
        shown.table()->scrollToBottom();
        QTRY_COMPARE_WITH_TIMEOUT(shown.cell(481, "step"), "1", patience_ms);
        QCOMPARE(shown.cell(481, "length"), "3");
    }

    void the_database_sorts() {
        Shown shown;
        shown.sortBy("reward", Qt::DescendingOrder);
        QTRY_COMPARE_WITH_TIMEOUT(shown.cell(0, "reward"), "10.000", patience_ms);
        shown.sortBy("KL", Qt::AscendingOrder);
        QTRY_COMPARE_WITH_TIMEOUT(shown.cell(0, "KL"), "-6.000", patience_ms);
        shown.waitForCount("482 completions");
        // Texts have no order: the arrow goes back.
        const int column = shown.table()->horizontalHeader()->sortIndicatorSection();
        shown.sortBy("prompt", Qt::AscendingOrder);
        QCOMPARE(shown.table()->horizontalHeader()->sortIndicatorSection(), column);
    }

    void search_and_filters_narrow_and_are_taken_away() {
        Shown shown;
        shown.find<QLineEdit>("completionSearch")->setText("RARE");
        shown.waitForCount("60 completions");
        shown.choose("completionSteps", 2);
        shown.find<QLineEdit>("completionFirstStep")->setText("51");
        shown.waitForCount("10 completions");
        shown.find<QLineEdit>("completionLeast")->setText("x");
        QVERIFY(shown.find<QLineEdit>("completionLeast")->property("invalid").toBool());
        shown.find<QLineEdit>("completionLeast")->setText("99");
        QTRY_COMPARE_WITH_TIMEOUT(shown.text("allCompletionsEmpty"),
                                  "No completion passes the filters.", patience_ms);
        shown.find<QPushButton>("clearFilter")->click();
        shown.waitForCount("482 completions");
        shown.choose("completionEnded", 2);
        shown.waitForCount("60 completions");
        shown.choose("completionEnded", 0);
        shown.choose("completionSource", 2);
        shown.waitForCount("2 completions");
    }

    void return_opens_the_tokens_whose_numbers_can_be_walked_through() {
        Shown shown;
        shown.chooseRow(10);  // step 59
        QTest::keyClick(shown.table(), Qt::Key_Return);
        auto* tokens = shown.find<ColouredTokens>("tokenText");
        QTRY_COMPARE_WITH_TIMEOUT(tokens->count(), std::size_t{3}, patience_ms);
        QTRY_VERIFY(shown.text("tokenNumbers").contains("token 1 of 3, id 11"));
        QVERIFY(shown.text("tokenNumbers").contains("log p -0.250"));
        QVERIFY(shown.text("tokenNumbers").contains("KL 0.500"));
        QTest::keyClick(tokens, Qt::Key_Right);
        QVERIFY(shown.text("tokenNumbers").contains("token 2 of 3"));
        QVERIFY(shown.text("tokenNumbers").contains("clipped below"));
        auto* quantity = shown.find<QComboBox>("tokenQuantity");
        QCOMPARE(quantity->findData("value"), -1);  // was not measured
        quantity->setCurrentIndex(quantity->findData("clipped"));
        Q_EMIT quantity->activated(quantity->currentIndex());
        QCOMPARE(shown.find<ColourLegend>("tokenLegend")->labels().front(), "below the range");
        const QTextCursor start = tokens->textCursor();
        QTextCursor cursor(tokens->document());
        cursor.setPosition(9);  // in the first token, behind "ask two "
        QVERIFY(cursor.charFormat().fontOverline());
        QVERIFY(cursor.charFormat().background().color() != QColor(Qt::black));
        QCOMPARE(start.position(), tokens->textCursor().position());
        QTest::keyClick(tokens, Qt::Key_Escape);
        QTRY_VERIFY(shown.table()->hasFocus());
    }

    void missing_numbers_of_tokens_are_explained() {
        Shown shown;
        shown.chooseRow(0);  // step 60
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("tokensEmpty").contains("token_data_mb"), patience_ms);
        QSignalSpy chosen(&shown.page, &CompletionsPage::stepChosen);
        auto* nearest = shown.find<QPushButton>("tokensNearest");
        QCOMPARE(nearest->text(), "Show step 59, which has them");
        nearest->click();
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.front().front().toLongLong(), 59);
    }

    void siblings_stand_together_with_their_spread() {
        Shown shown;
        shown.chooseRow(0);  // step 60, row 7
        QTest::keyClick(shown.table(), Qt::Key_G);
        auto* group = shown.find<QTableView>("completionGroup");
        QTRY_COMPARE_WITH_TIMEOUT(group->model()->rowCount(), 4, patience_ms);
        QVERIFY(shown.text("groupSummary").contains("4 answers"));
        QVERIFY(shown.text("groupSummary").contains("Advantage: mean 2.000, spread 1.291"));
        QCOMPARE(group->currentIndex().row(), 3);
        group->selectRow(1);
        QTest::keyClick(group, Qt::Key_Return);
        QTRY_VERIFY(shown.text("chosenFacts").contains("row 5"));
    }

    void an_answer_is_compared_with_that_of_an_earlier_step() {
        Shown shown;
        shown.chooseRow(0);
        QTest::keyClick(shown.table(), Qt::Key_D);
        auto* history = shown.find<QTableView>("completionHistory");
        QTRY_COMPARE_WITH_TIMEOUT(history->model()->rowCount(), 240, patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("differenceLegend").contains("only in step 59"),
                                 patience_ms);
        auto* difference = shown.find<QTextEdit>("difference");
        QTRY_COMPARE_WITH_TIMEOUT(difference->toPlainText(), "words of step 5960$", patience_ms);
        QTextCursor cursor(difference->document());
        cursor.setPosition(15);
        QVERIFY(cursor.charFormat().fontStrikeOut());
        cursor.setPosition(17);
        QVERIFY(cursor.charFormat().fontUnderline());
        history->selectRow(1);
        QTRY_COMPARE_WITH_TIMEOUT(difference->toPlainText(), "words of step 1 rare60$",
                                  patience_ms);
    }

    void a_pinned_prompt_is_followed_over_the_steps() {
        Shown shown;
        shown.chooseRow(0);
        QTest::keyClick(shown.table(), Qt::Key_P);
        auto* prompts = shown.find<QComboBox>("completionPrompts");
        QTRY_COMPARE_WITH_TIMEOUT(prompts->count(), 3, patience_ms);
        QCOMPARE(prompts->itemText(2), "240: ask two ");
        prompts->setCurrentIndex(2);
        shown.waitForCount("240 completions");
        prompts->setCurrentIndex(1);
        shown.waitForCount("240 completions");
        QTRY_COMPARE(shown.find<QPushButton>("pinPrompt")->text(), "Unpin prompt  P");
        shown.find<QPushButton>("pinPrompt")->click();
        QTRY_COMPARE_WITH_TIMEOUT(prompts->count(), 2, patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(!shown.text("allCompletionsEmpty").isEmpty(), patience_ms);
    }

    void the_shown_step_moves_the_table() {
        Shown shown;
        shown.page.setShownStep(20);
        QTRY_VERIFY_WITH_TIMEOUT(shown.table()->currentIndex().row() > 0, patience_ms);
        QTRY_COMPARE_WITH_TIMEOUT(shown.table()->currentIndex().row(), 322, patience_ms);
        QTRY_COMPARE_WITH_TIMEOUT(shown.cell(322, "step"), "20", patience_ms);
        QTRY_VERIFY(shown.text("chosenFacts").startsWith("Step 20, row 7"));
        shown.choose("completionSteps", 1);
        shown.waitForCount("8 completions");
        shown.page.setShownStep(30);
        QTRY_COMPARE_WITH_TIMEOUT(shown.cell(0, "step"), "30", patience_ms);
    }

    void a_point_of_a_curve_opens_its_most_extreme_completions() {
        Shown shown;
        shown.page.showExtremes(40, extreme_samples("kl", {}, 40));
        shown.waitForCount("8 completions");
        QCOMPARE(shown.cell(0, "step"), "40");
        QTRY_COMPARE_WITH_TIMEOUT(shown.cell(0, "KL"), "-4.000", patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("chosenFacts").startsWith("Step 40, row 0"),
                                 patience_ms);
    }

    void newer_completions_come_in_at_the_top_and_wait_for_a_reader() {
        Shown shown;
        auto store = [&](std::int64_t step) {
            QSignalSpy changed(&shown.bridge, &SessionBridge::runsChanged);
            shown.bridge.change(&shown.page, [step, run = shown.details.record.id](Session& s) {
                s.store().add_completions(run, step, {completionAt(step, 0)});
                return s.store().flush();
            });
            QVERIFY(changed.wait(patience_ms));
            shown.page.noteStep(step);
        };
        store(61);
        shown.waitForCount("483 completions");
        shown.chooseRow(20);
        store(62);
        auto* newer = shown.find<QPushButton>("newerCompletions");
        QVERIFY(newer->isVisible());
        QTest::qWait(150);
        QCOMPARE(shown.text("completionCount"), "483 completions");
        newer->click();
        shown.waitForCount("484 completions");
    }

    void an_empty_run_says_what_comes() {
        Shown shown(true);
        QTRY_COMPARE_WITH_TIMEOUT(shown.text("allCompletionsEmpty"),
                                  "The first completions appear with the first step.", patience_ms);
        shown.page.clear();
        QVERIFY(shown.text("allCompletionsEmpty").startsWith("No run is shown."));
    }
};

PLUMB_REGISTER_TEST(TestCompletionsPage)
#include "completions_page_test.moc"
