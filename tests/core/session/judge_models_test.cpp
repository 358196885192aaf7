// SPDX-License-Identifier: GPL-3.0-or-later
// Models answer the same prompts, and judges say whose answers are better.
#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "analysis/compare/judged_answers.h"
#include "session/answer_queue.h"
#include "small_run.h"

using namespace plumb;
using Json = nlohmann::json;

namespace {

bool has_problem(const std::vector<ComparisonProblem>& problems, const std::string& id) {
    return std::ranges::find(problems, id, &ComparisonProblem::id) != problems.end();
}

}  // namespace

/// The message holds the words.
#define VERIFY_TOLD(result, words)                                                        \
    QVERIFY2(!(result).ok() && (result).error().message.find(words) != std::string::npos, \
             (result).ok() ? "no error" : (result).error().message.c_str())

class TestJudgeModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        run_ = session_.run(small_ppo(), "policy");
        Settings settings = small_grpo();
        settings.max_steps = 2;
        session_.run(settings, "sums");
    }

    void checkpoints_answer_the_same_prompts_and_gold_judges() {
        JudgeModelsRequest request = ask({"policy@2", "policy@4", "policy@best"});
        request.prompts = 12;
        request.seed = 3;
        std::int64_t done = 0, total = 0;
        request.on_progress = [&](std::int64_t of_done, std::int64_t of_total) {
            done = of_done;
            total = of_total;
        };
        const auto reply = session_->judge_models(request).get();
        VERIFY_OK(reply);
        QCOMPARE(done, 36);
        QCOMPARE(total, 36);
        QCOMPARE(reply->judges, std::vector<std::string>({"gold"}));
        QVERIFY(has_problem(reply->problems, "prompts"));  // so few
        const JudgedAnswers answers = read(reply->set);
        QCOMPARE(answers.set.models.size(), std::size_t{3});
        COMPARE_TEXT(answers.set.models[0].name, "policy@2");
        QCOMPARE(answers.set.models[0].run, std::optional(run_));
        const auto checkpoints = session_.reader()->checkpoints(run_).value();
        const auto best = std::ranges::find(checkpoints, true, &CheckpointRecord::is_best);
        QVERIFY(best != checkpoints.end());
        QCOMPARE(answers.set.models[2].step, best->step);
        // Drawn from once more where it was named already.
        QCOMPARE(answers.set.models[2].name.ends_with(" (2)"), best->step > 0);
        QCOMPARE(answers.set.prompts, 12);
        const Json source = Json::parse(answers.set.source);
        COMPARE_TEXT(source["prompts"]["task"].get<std::string>(), "reviews");
        QCOMPARE(source["sampling"]["seed"].get<int>(), 3);
        for (const auto& of_model : answers.texts.answers)
            for (const KeptAnswer& answer : of_model) {
                QVERIFY(!answer.tokens.empty());
                QVERIFY(std::ssize(answer.tokens) <= small_ppo().max_completion_length);
            }
        const auto rates = win_rates(answers, "gold", TieRule::half);
        VERIFY_OK(rates);
        const WinCell& cell = rates->table.cells[0][1];
        QCOMPARE(cell.judged(), 12);
        QVERIFY(cell.share.value && cell.share.interval);
        const auto behind = cell_answers(answers, "gold", 0, 1).value();
        QCOMPARE(std::ssize(behind), 12);
        QCOMPARE(std::ranges::count(behind, DuelOutcome::win, &CellAnswer::outcome), cell.wins);
        for (const CellAnswer& answer : behind)
            if (answer.outcome == DuelOutcome::win)
                QVERIFY(*answer.first_score > *answer.second_score);
        // Equal seeds give equal answers.
        const auto again = session_->judge_models(request).get();
        VERIFY_OK(again);
        const JudgedAnswers same = read(again->set);
        for (std::size_t m = 0; m < 3; ++m)
            for (std::size_t p = 0; p < 12; ++p)
                COMPARE_TEXT(same.texts.answers[m][p].completion,
                             answers.texts.answers[m][p].completion);
    }

    void several_judges_score_now_and_later() {
        JudgeModelsRequest request = ask({"policy@2", "policy@4"});
        request.judges = {"ended", "policy", "length_target"};
        request.judge_settings = {{"reward_length", "5"}};
        const auto reply = session_->judge_models(request).get();
        VERIFY_OK(reply);
        QCOMPARE(reply->judges, std::vector<std::string>(
                                    {"ended", "policy/1@4", "length_target (reward_length=5)"}));
        JudgedAnswers answers = read(reply->set);
        for (std::size_t m = 0; m < 2; ++m)
            for (std::size_t p = 0; p < answers.texts.prompts.size(); ++p) {
                const KeptAnswer& answer = answers.texts.answers[m][p];
                QCOMPARE(answers.scores_of("ended")->scores[m][p],
                         std::optional(answer.ended ? 1.0 : 0.0));
                const double away = std::abs(static_cast<double>(answer.tokens.size()) - 5) / 5;
                QCOMPARE(answers.scores_of(reply->judges[2])->scores[m][p],
                         std::optional(std::max(0.0, 1 - away)));
            }
        QVERIFY(!answers.scores_of("gold"));
        VERIFY_TOLD(duels_of(answers, "gold"), "ended");
        JudgeAnswersRequest more{.set = reply->set, .judges = {"gold", "repetition"}};
        more.judge_settings = {{"repetition_ngram", "2"}};
        const auto later = session_->judge_answers(more).get();
        VERIFY_OK(later);
        answers = read(reply->set);
        COMPARE_TEXT(answers.judges().front(), "gold");
        QCOMPARE(answers.judges().size(), std::size_t{5});
        VERIFY_TOLD(session_->judge_answers({.set = reply->set, .judges = {"length_targt"}}).get(),
                    "length_target");
        VERIFY_TOLD(session_->judge_answers({.set = reply->set, .judges = {"policy@4"}}).get(),
                    "score head");
        VERIFY_TOLD(session_->judge_answers({.set = reply->set, .judges = {"people"}}).get(),
                    "label queue");
        VERIFY_TOLD(session_->judge_answers({.set = 99, .judges = {"gold"}}).get(), "99");
    }

    void prompts_are_pinned_or_from_a_file() {
        JudgeModelsRequest request = ask({"policy@2", "policy@4"});
        request.from = JudgePrompts::pinned;
        VERIFY_TOLD(session_->judge_models(request).get(), "no prompts are pinned");
        VERIFY_OK(session_->store().pin_prompt("the movie"));
        const auto pinned = session_->judge_models(request).get();
        VERIFY_OK(pinned);
        QCOMPARE(read(pinned->set).set.prompts, 1);
        QCOMPARE(read(pinned->set).set.judges, std::vector<std::string>({"gold"}));

        const auto file = session_.folder() / "prompts.jsonl";
        std::ofstream(file) << "{\"prompt\":\"the movie\"}\n{\"prompt\":\"the food\"}\n";
        request.from = JudgePrompts::file;
        VERIFY_TOLD(session_->judge_models(request).get(), "name the file");
        request.file = file.string();
        const auto reply = session_->judge_models(request).get();
        VERIFY_OK(reply);
        QVERIFY(has_problem(reply->problems, "gold"));  // nothing says what is good
        QVERIFY(reply->judges.empty());
        const JudgedAnswers answers = read(reply->set);
        QVERIFY(answers.texts.prompts[1].source.find("line 2") != std::string::npos);
        request.judges = {"gold"};
        VERIFY_TOLD(session_->judge_models(request).get(), "no gold reward");
        request.judges = {"policy"};
        VERIFY_OK(session_->judge_models(request).get());
    }

    void what_cannot_be_compared_is_told() {
        VERIFY_TOLD(session_->judge_models(ask({"policy"})).get(), "at least two");
        VERIFY_TOLD(session_->judge_models(ask({"policy@2", "polisy"})).get(), "polisy");
        VERIFY_TOLD(session_->judge_models(ask({"policy@2", "policy@3"})).get(),
                    "no checkpoint of step 3; there are those of 0, 2, 4");
        VERIFY_TOLD(session_->judge_models(ask({"policy", "sums"})).get(),
                    "different tasks: reviews (run policy), arithmetic (run sums)");
        // Words that a model for sums cannot write.
        const auto file = session_.folder() / "words.txt";
        std::ofstream(file) << "the movie\n";
        JudgeModelsRequest request = ask({"policy", "sums"});
        request.from = JudgePrompts::file;
        request.file = file.string();
        VERIFY_TOLD(session_->judge_models(request).get(), "sums/2@2");
        JudgeModelsRequest greedy = ask({"policy@4", "policy@4"});
        greedy.temperature = 0;
        const auto equal = session_->judge_models(greedy).get();
        VERIFY_OK(equal);
        QVERIFY(has_problem(equal->problems, "equal"));
        VERIFY_TOLD(queue_answers(session_->store(), *session_.reader(), {.set = equal->set}),
                    "equal answers");
        const auto folder =
            session_->workspace() / session_.reader()->checkpoints(run_)->front().folder;
        VERIFY_TOLD(session_->judge_models(ask({folder.string(), folder.string()})).get(),
                    "name a file");
    }

    void a_stop_leaves_nothing() {
        const std::size_t before = session_.reader()->answer_sets()->size();
        JudgeModelsRequest request = ask({"policy@2", "policy@4"});
        std::stop_source stop;
        request.stop = stop.get_token();
        request.on_progress = [&](std::int64_t, std::int64_t) { stop.request_stop(); };
        QCOMPARE(session_->judge_models(request).get().error().code, ErrorCode::cancelled);
        QCOMPARE(session_.reader()->answer_sets()->size(), before);
    }

    void people_judge_pairs_without_seeing_whose_they_are() {
        const auto made = session_->judge_models(ask({"policy@2", "policy@4", "policy@4"})).get();
        VERIFY_OK(made);
        const auto queued = queue_answers(session_->store(), *session_.reader(),
                                          {.set = made->set, .name = "blind", .seed = 1});
        VERIFY_OK(queued);
        JudgedAnswers answers = read(made->set);
        QCOMPARE(answers.people->judged, 0);
        QCOMPARE(answers.people->items, queued->done.items);
        QVERIFY(queued->done.duplicates.empty());
        // What gold says, people say.
        std::size_t compared = 0;
        for (const LabelItem& item :
             session_.reader()->label_items(queued->done.queue, 0, 1000).value()) {
            const Json origin = Json::parse(item.origin);
            for (const Json& of : origin["compares"]) {
                const std::size_t prompt = of[0], first = of[1], second = of[2];
                COMPARE_TEXT(item.answer_a, answers.texts.answers[first][prompt].completion);
                COMPARE_TEXT(*item.answer_b, answers.texts.answers[second][prompt].completion);
                ++compared;
            }
            const Json& of = origin["compares"][0];
            const auto& gold = answers.scores_of("gold")->scores;
            const double a = *gold[of[1]][of[0]], b = *gold[of[2]][of[0]];
            Verdict verdict;
            verdict.item = item.id;
            verdict.annotator = "ada";
            verdict.choice = a > b ? Choice::a : a < b ? Choice::b : Choice::both_bad;
            VERIFY_OK(session_->store().add_verdict(verdict));
        }
        // Every pair on every prompt, equal ones unseen.
        QCOMPARE(compared + static_cast<std::size_t>(queued->equal),
                 3 * answers.texts.prompts.size());
        answers = read(made->set);
        QCOMPARE(answers.judges(), std::vector<std::string>({"gold", "people"}));
        const auto by_people = win_rates(answers, "people", TieRule::half).value();
        const auto by_gold = win_rates(answers, "gold", TieRule::half).value();
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < 3; ++b) {
                const WinCell &cell = by_people.table.cells[a][b],
                              &expected = by_gold.table.cells[a][b];
                QCOMPARE(cell.wins, expected.wins);
                QCOMPARE(cell.losses, expected.losses);
                QCOMPARE(cell.ties, expected.ties);
            }
    }

    void few_items_are_spread_over_pairs_and_prompts() {
        JudgeModelsRequest request = ask({"policy@2", "policy@4", "policy@4"});
        request.prompts = 30;
        const auto made = session_->judge_models(request).get();
        VERIFY_OK(made);
        const auto queued = queue_answers(session_->store(), *session_.reader(),
                                          {.set = made->set, .name = "few", .items = 9});
        VERIFY_OK(queued);
        QCOMPARE(queued->done.items, 9);
        std::map<std::pair<int, int>, int> pairs;
        std::set<int> prompts, first_sides;
        for (const LabelItem& item :
             session_.reader()->label_items(queued->done.queue, 0, 1000).value()) {
            const Json origin = Json::parse(item.origin);
            for (const Json& of : origin["compares"]) {
                prompts.insert(of[0].get<int>());
                first_sides.insert(of[1].get<int>());
                ++pairs[std::minmax<int>(of[1].get<int>(), of[2].get<int>())];
            }
        }
        QCOMPARE(pairs.size(), std::size_t{3});
        QVERIFY(prompts.size() >= 3);
        QVERIFY(first_sides.size() > 1);
        VERIFY_TOLD(
            queue_answers(session_->store(), *session_.reader(), {.set = made->set, .name = "few"}),
            "another name");
    }

private:
    static JudgeModelsRequest ask(std::vector<std::string> models) {
        JudgeModelsRequest request;
        request.models = std::move(models);
        request.prompts = 8;
        request.threads = 1;
        return request;
    }
    JudgedAnswers read(AnswerSetId set) {
        auto answers = read_judged_answers(*session_.reader(), set);
        if (!answers.ok()) qFatal("%s", answers.error().message.c_str());
        return std::move(*answers);
    }

    SmallSession session_;
    RunId run_ = 0;
};

PLUMB_REGISTER_TEST(TestJudgeModels)
#include "judge_models_test.moc"
