// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "session/named_sources.h"
#include "session/run_plan.h"
#include "small_run.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
    const auto content = read_file(file);
    if (!content) qFatal("%s", content.error().message.c_str());
    return *content;
}

double first_value(SmallSession& session, RunId run, const std::string& key) {
    const auto points = session.reader()->metric(run, key);
    if (!points || points->empty()) qFatal("no %s", key.c_str());
    return points->front().value;
}

std::string message_of(SmallSession& session, const Settings& settings) {
    const auto started = session->start(settings, "wrong");
    return started ? "" : started.error().message;
}

}  // namespace

/// Pairs of another run, and reward models that evaluations alone ask.
class TestSharedSources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pairs_of_another_run_are_copied() {
        SmallSession session;
        Settings first = small_reviews_run("reward");
        const RunId maker = session.run(first, "maker");
        Settings dpo = small_reviews_run("dpo");
        dpo.seed = 9;
        dpo.pairs_run = "maker";
        const RunId run = session.run(dpo, "dpo");
        const auto folder = [&](RunId id) { return session->store().run_folder(id) / "start"; };
        for (const char* file : {"pairs.jsonl", "held-out-pairs.jsonl"}) {
            QVERIFY(!text_of(folder(run) / file).empty());
            QVERIFY(text_of(folder(run) / file) == text_of(folder(maker) / file));
        }
        // A reward model of its own is made from them too.
        Settings ppo = small_reviews_run("ppo");
        ppo.pairs_run = std::to_string(maker);
        const RunId other = session.run(ppo, "ppo");
        QVERIFY(text_of(folder(other) / "pairs.jsonl") == text_of(folder(maker) / "pairs.jsonl"));
    }

    void a_run_without_the_pairs_is_refused() {
        SmallSession session;
        session.run(small_reviews_run("sft"), "no pairs");
        Settings arithmetic = small_grpo();
        arithmetic.algorithm = "dpo";
        arithmetic.pairs_per_prompt = 4;
        session.run(arithmetic, "sums");
        Settings dpo = small_reviews_run("dpo");
        dpo.pairs_run = "nobody";
        QVERIFY(message_of(session, dpo).starts_with("pairs_run: "));
        QVERIFY(message_of(session, dpo).find("nobody") != std::string::npos);
        dpo.pairs_run = "no pairs";
        QVERIFY(message_of(session, dpo).find("has no pairs of its own samples") !=
                std::string::npos);
        dpo.pairs_run = "sums";
        QVERIFY(message_of(session, dpo).find("is of the task arithmetic, not reviews") !=
                std::string::npos);
        arithmetic.arithmetic_digits = 4;
        arithmetic.max_completion_length = 20;
        arithmetic.pairs_run = "sums";
        const std::string message = message_of(session, arithmetic);
        QVERIFY2(message.find("same arithmetic_digits") != std::string::npos, message.c_str());
        QVERIFY(!session->enqueue(dpo, "queued").ok());
    }

    void dpo_is_scored_at_evaluations_alone() {
        SmallSession session;
        session.run(small_reviews_run("reward"), "judge");
        Settings ppo = small_reviews_run("ppo");
        ppo.reward_model = "judge";
        const RunId with_reward = session.run(ppo, "ppo");
        Settings dpo = small_reviews_run("dpo");
        dpo.pairs_run = "judge";
        dpo.eval_reward_model = "judge";
        const RunId scored = session.run(dpo, "dpo");
        // The same start and the same draws: the same answers, which the same model scores.
        QCOMPARE(first_value(session, scored, "eval/reward"),
                 first_value(session, with_reward, "eval/reward"));
        QCOMPARE(first_value(session, scored, "eval/gold_reward"),
                 first_value(session, with_reward, "eval/gold_reward"));
        const auto models = session.reader()->metric(scored, "memory/models").value();
        QVERIFY(!models.empty());
        for (const auto& point : models) QCOMPARE(point.value, 2.0);
        // Without it nothing else differs.
        dpo.eval_reward_model = "";
        const RunId plain = session.run(dpo, "plain");
        const auto reader = session.reader();
        auto expected = lasting_metrics(*reader, scored);
        std::erase_if(expected, [](const auto& entry) {
            return entry.first.second == "eval/reward" || entry.first.second == "eval/reward_std";
        });
        QVERIFY(lasting_metrics(*reader, plain) == expected);
        QVERIFY(fs::exists(session->store().run_folder(scored) / "eval-reward-model"));
        QVERIFY(!fs::exists(session->store().run_folder(plain) / "eval-reward-model"));
    }

    void a_run_is_asked_for_the_model_that_it_made() {
        SmallSession session;
        const RunId maker = session.run(small_reviews_run("ppo"), "maker");
        Settings dpo = small_reviews_run("dpo");
        dpo.eval_reward_model = "maker";
        const RunId scored = session.run(dpo, "dpo");
        QCOMPARE(first_value(session, scored, "eval/reward"),
                 first_value(session, maker, "eval/reward"));
        // Its policy is no reward model.
        dpo.eval_reward_model = "maker@8";
        const auto id = session->start(dpo, "wrong");
        VERIFY_OK(id);
        const RunEnded ended = session.until_end();
        QVERIFY(ended.state == RunState::failed);
        QVERIFY2(ended.message.find("score head") != std::string::npos, ended.message.c_str());
        dpo.eval_reward_model = "nobody";
        QVERIFY(message_of(session, dpo).starts_with("eval_reward_model: "));
    }

    void a_run_goes_on_after_what_it_was_given_is_gone() {
        SmallSession session;
        const RunId maker = session.run(small_reviews_run("reward"), "maker");
        Settings dpo = small_reviews_run("dpo");
        dpo.pairs_run = "maker";
        dpo.eval_reward_model = "maker";
        const RunId whole = session.run(dpo, "whole");
        const auto id = session->start(dpo, "resumed");
        VERIFY_OK(id);
        session->stop_at(4);
        QVERIFY(session.until_end().state == RunState::interrupted);
        VERIFY_OK(session->store().delete_runs({maker}));
        session->remove_runs({maker});
        VERIFY_OK(session->resume(*id));
        QVERIFY(session.until_end().state == RunState::finished);
        const auto reader = session.reader();
        QVERIFY(lasting_metrics(*reader, whole) == lasting_metrics(*reader, *id));
        // What repeats it takes its own copies.
        const auto plan = plan_of(*reader, whole);
        VERIFY_OK(plan);
        COMPARE_TEXT(plan->settings.pairs_run, std::to_string(whole));
        COMPARE_TEXT(plan->settings.eval_reward_model, std::to_string(whole));
        const RunId again = session.run(plan->settings, "again");
        QVERIFY(lasting_metrics(*reader, again) == lasting_metrics(*reader, whole));
    }

    void a_queued_run_uses_what_it_names() {
        SmallSession session;
        const RunId maker = session.run(small_reviews_run("reward"), "maker");
        session->hold_queue();
        Settings dpo = small_reviews_run("dpo");
        dpo.pairs_run = "maker";
        VERIFY_OK(session->enqueue(dpo, "dpo"));
        const auto users = users_of(*session.reader(), {maker});
        VERIFY_OK(users);
        QCOMPARE(users->queued.size(), std::size_t{1});
    }
};

PLUMB_REGISTER_TEST(TestSharedSources)
#include "shared_sources_test.moc"
