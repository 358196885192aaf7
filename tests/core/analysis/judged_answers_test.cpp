// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "analysis/compare/judged_answers.h"
#include "store/store.h"
#include "test_main.h"

using namespace plumb;

/// Two models on four prompts; to the first two both gave the same answer.
class TestJudgedAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = std::move(Store::open(folder_->path(), Access::read_write).value());
        reader_ = std::move(StoreReader::open(folder_->path()).value());
        AnswerSet set;
        set.name = "set";
        set.models = {{"x@1", "x/1@1", 1, 1}, {"y@1", "y/2@1", 2, 1}};
        AnswerTexts texts;
        texts.answers.resize(2);
        for (const char* text : {"same", "same", "one", "two"}) {
            texts.prompts.push_back({text});
            texts.answers[0].push_back({text});
            texts.answers[1].push_back({texts.prompts.size() > 2 ? "other" : text});
        }
        set_ =
            store_->add_answer_set(set, texts, {{"gold", {{1, 1, 0, 5}, {1, 1, 2, {}}}}}).value();
    }
    void cleanup() {
        reader_.reset();
        store_.reset();
        folder_.reset();
    }

    void scores_judge_what_both_have() {
        const JudgedAnswers answers = read();
        QCOMPARE(answers.judges(), std::vector<std::string>({"gold"}));
        const WinCell cell = win_rates(answers, "gold", TieRule::half)->table.cells[0][1];
        QCOMPARE(cell.ties, 2);
        QCOMPARE(cell.losses, 1);
        QCOMPARE(cell.left_out, 1);
        const auto behind = cell_answers(answers, "gold", 1, 0).value();
        QCOMPARE(behind.size(), std::size_t{3});
        QVERIFY(behind[0].outcome == DuelOutcome::win);
        QCOMPARE(behind[0].prompt, std::size_t{2});
        QCOMPARE(*behind[0].first_score, 2.0);
        const auto unknown = win_rates(answers, "people", TieRule::half);
        QVERIFY2(unknown.error().message.find("there are: gold") != std::string::npos,
                 unknown.error().message.c_str());
    }

    void people_judge_by_their_majority() {
        queue("queue");
        QCOMPARE(people().judged(), 0);
        // One of two items is judged, so that one of two ties counts. Answer A is model y's.
        judge(0, "ada", Choice::a);
        WinCell cell = people();
        QCOMPARE(cell.wins, 0);
        QCOMPARE(cell.losses, 1);
        QCOMPARE(cell.ties, 1);
        judge(0, "bob", Choice::b);  // split
        QCOMPARE(people().losses, 0);
        judge(0, "cy", Choice::b);
        judge(0, "dan", Choice::skip);
        QCOMPARE(people().wins, 1);
        judge(1, "ada", Choice::both_bad);
        cell = people();
        QCOMPARE(cell.ties, 3);
        QCOMPARE(cell.left_out, 0);
        QCOMPARE(read().people->judged, 2);
        // A comparison that a second queue has too counts once.
        queue("again");
        judge(0, "eve", Choice::a);
        QCOMPARE(people().judged(), 4);
    }

    void a_damaged_origin_decides_nothing() {
        queue("queue", "[[9,0,1],[2,1,1],[2,\"a\",1],7]");
        judge(0, "ada", Choice::a);
        QCOMPARE(people().wins + people().losses, 0);
        QCOMPARE(read().people->items, 2);
    }

private:
    JudgedAnswers read() { return read_judged_answers(*reader_, set_).value(); }
    WinCell people() { return win_rates(read(), "people", TieRule::half)->table.cells[0][1]; }
    void queue(const std::string& name, const std::string& compares = "") {
        std::size_t next = 2;
        const auto made = store_->import_labels(
            name, "{\"answer_set\":" + std::to_string(set_) + ",\"equal\":[[0,0,1],[1,0,1]]}",
            [&]() -> Result<std::optional<NewLabel>> {
                if (next == 4) return std::optional<NewLabel>();
                NewLabel label;
                label.item.prompt = std::to_string(next);
                label.item.answer_a = "other";
                label.item.answer_b = "this";
                const std::string own = "[[" + std::to_string(next++) + ",1,0]]";
                label.item.origin = "{\"compares\":" + (compares.empty() ? own : compares) + "}";
                return std::optional(label);
            });
        items_ = reader_->label_item_ids(made->queue).value();
    }
    void judge(std::size_t item, const std::string& annotator, Choice choice) {
        Verdict verdict;
        verdict.item = items_[item];
        verdict.annotator = annotator;
        verdict.choice = choice;
        if (!store_->add_verdict(verdict).ok()) qFatal("no verdict");
    }

    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;
    AnswerSetId set_ = 0;
    std::vector<LabelItemId> items_;
};

PLUMB_REGISTER_TEST(TestJudgedAnswers)
#include "judged_answers_test.moc"
