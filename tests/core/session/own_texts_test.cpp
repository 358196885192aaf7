// SPDX-License-Identifier: GPL-3.0-or-later
// Runs on the user's texts from end to end: reward models from good and bad ones, DPO on own
// prompts, and a judge of the user's own.
#include <fstream>

#include "data/preference_file.h"
#include "small_run.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

std::string write(const SmallSession& session, const std::string& name, const std::string& text) {
    const fs::path file = session.folder() / name;
    std::ofstream(file) << text;
    return file.string();
}

constexpr const char* sentences =
    "the cast was good\nthe plot was dull\ni liked the music\nit felt slow\na solid film\n"
    "nothing new here\nthe end was clever\ni saw it twice\n";

/// A run on the sentences with a model of its own that knows nothing.
Settings base_run(const SmallSession& session) {
    Settings settings = small_grpo();
    settings.algorithm = "sft";
    settings.task = "data";
    settings.train_files = {write(session, "rows.txt", sentences)};
    settings.eval_prompts = 2;
    settings.per_device_train_batch_size = 2;
    settings.max_length = 32;
    settings.max_steps = 2;
    return settings;
}

Settings on_base(const SmallSession& session, const std::string& algorithm) {
    Settings settings = base_run(session);
    settings.algorithm = algorithm;
    settings.model_name_or_path = "base";
    settings.prompt_length = 8;
    settings.max_steps = 4;
    return settings;
}

void give_texts(const SmallSession& session, Settings& settings) {
    settings.good_files = {
        write(session, "good.txt", "i liked the plot\na clever end\nso good\na fine film\n")};
    settings.bad_files = {write(session, "bad.txt", "it was dull\nnothing here\na slow film\n")};
}

/// What the session says to settings that cannot run.
std::string refusal(SmallSession& session, const Settings& settings) {
    const auto started = session->start(settings, "refused");
    if (!started) return started.error().message;
    const RunEnded ended = session.until_end();
    return ended.state == RunState::failed ? ended.message : "it ran";
}

void verify_said(const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts)
        QVERIFY2(message.find(part) != std::string::npos, (part + " in: " + message).c_str());
}

}  // namespace

class TestOwnTexts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_reward_model_is_made_from_texts() {
        SmallSession session;
        session.run(base_run(session), "base");
        Settings settings = on_base(session, "reward");
        settings.train_files.clear();
        give_texts(session, settings);
        const RunId run = session.run(settings, "taste");
        const auto accuracy = session.reader()->metric(run, "eval/accuracy");
        VERIFY_OK(accuracy);
        QVERIFY(accuracy->size() >= 2);
        // It is a reward model like any other.
        Settings use = on_base(session, "grpo");
        use.per_device_train_batch_size = 8;
        use.reward_funcs = {"reward_model"};
        use.reward_model = "taste";
        session.run(use, "grpo");
    }

    void a_run_makes_its_reward_model_from_texts() {
        SmallSession session;
        session.run(base_run(session), "base");
        for (const char* algorithm : {"ppo", "dpo"}) {
            Settings settings = on_base(session, algorithm);
            settings.reward_funcs = {"reward_model"};
            settings.pairs_prompts = 6;
            settings.reward_model_batch_size = 2;
            give_texts(session, settings);
            const RunId run = session.run(settings, algorithm);
            const auto reader = session.reader();
            const auto learned = reader->metric(run, "reward_model/eval_accuracy");
            VERIFY_OK(learned);
            QVERIFY(!learned->empty());
            const auto reward = reader->metric(run, "eval/reward");
            VERIFY_OK(reward);
            QVERIFY(!reward->empty());
            QVERIFY(fs::exists(session->store().run_folder(run) / "reward-model"));
        }
    }

    void rewards_label_the_pairs_of_own_prompts() {
        SmallSession session;
        session.run(base_run(session), "base");
        Settings settings = on_base(session, "dpo");
        settings.reward_funcs = {"ended"};
        settings.pairs_prompts = 12;
        settings.pairs_per_prompt = 4;
        settings.pairs_label_temperature = 0;
        const RunId run = session.run(settings, "dpo");
        const fs::path start = session->store().run_folder(run) / "start";
        const auto pairs = read_preferences(start / "pairs.jsonl");
        VERIFY_OK(pairs);
        QVERIFY(pairs->size() >= 6);
        for (const Preference& pair : *pairs) {
            QVERIFY(std::string(sentences).find(pair.prompt) != std::string::npos);
            QVERIFY(pair.chosen_ended && !pair.rejected_ended);
        }
        VERIFY_OK(read_preferences(start / "held-out-pairs.jsonl"));
        const auto reader = session.reader();
        for (const char* key : {"eval/reward", "eval/kl_sequence", "eval/loss", "eval/ended"}) {
            const auto points = reader->metric(run, key);
            VERIFY_OK(points);
            QVERIFY2(!points->empty(), key);
        }
    }

    void what_is_wrong_with_the_texts_is_told_before_the_start() {
        SmallSession session;
        session.run(base_run(session), "base");
        Settings settings = on_base(session, "reward");
        settings.train_files.clear();
        give_texts(session, settings);
        const Settings sound = settings;
        settings.bad_files = {(session.folder() / "nothing.txt").string()};
        verify_said(refusal(session, settings), {"cannot open", "nothing.txt"});
        settings.bad_files = {write(session, "empty.txt", "\n")};
        verify_said(refusal(session, settings), {"empty.txt is empty"});
        settings.bad_files = {write(session, "same.txt", "dull\nso good\n")};
        verify_said(refusal(session, settings),
                    {"good.txt, line 3", "same.txt, line 2", "Remove it from one"});
        settings = sound;
        settings.max_length = 2;
        verify_said(refusal(session, settings), {"longer than max_length 2", "Raise max_length"});
        settings.algorithm = "ppo";
        settings.train_files = on_base(session, "ppo").train_files;
        settings.bad_files.clear();
        verify_said(refusal(session, settings), {"bad_files is empty"});
        session.run(sound, "works");
    }

    void a_judge_of_ones_own_evaluates() {
        SmallSession session;
        session.run(base_run(session), "base");
        EvaluateRequest request;
        request.model = "base";
        request.task = write(session, "prompts.txt", "the cast was\nit felt\na solid\n");
        request.settings.max_completion_length = 6;
        request.threads = 1;
        request.reward = write(session, "judge.sh",
                               "#!/bin/sh\n"
                               "echo '{\"plumbline\": 1}'\n"
                               "read line; echo '{\"id\": 1, \"scores\": [1, 0, 0]}'\n");
        fs::permissions(request.reward, fs::perms::owner_all);
        const auto reply = session->evaluate(request).get();
        VERIFY_OK(reply);
        QCOMPARE(reply->prompts, std::int64_t{3});
        QVERIFY(std::abs(reply->metrics.at("eval/reward") - 1.0 / 3) < 1e-9);
        request.reward = (session.folder() / "missing.py").string();
        const auto missing = session->evaluate(request).get();
        QVERIFY(!missing.ok());
        verify_said(missing.error().message, {"missing.py"});
    }
};

PLUMB_REGISTER_TEST(TestOwnTexts)
#include "own_texts_test.moc"
