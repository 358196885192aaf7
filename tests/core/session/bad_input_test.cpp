// SPDX-License-Identifier: GPL-3.0-or-later
// Models and rows that an algorithm cannot use: a message that says so, and nothing lost.
#include <algorithm>
#include <cstring>
#include <fstream>

#include "small_run.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

/// What the session says to settings that cannot run, at their start or at the end of the run.
std::string refusal(SmallSession& session, const Settings& settings, const std::string& name) {
    const auto started = session->start(settings, name);
    if (!started) return started.error().message;
    const RunEnded ended = session.until_end();
    if (ended.state != RunState::failed) return "the run ended as " + to_string(ended.state);
    const auto record = session.reader()->run(*started);
    if (!record) return record.error().message;
    if (record->state != RunState::failed || session->active_run()) return "not ended cleanly";
    return ended.message;
}

void verify_said(const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts)
        QVERIFY2(message.find(part) != std::string::npos, (part + " in: " + message).c_str());
}

fs::path newest_folder(SmallSession& session, RunId run) {
    const auto checkpoints = session.reader()->checkpoints(run);
    if (!checkpoints || checkpoints->empty()) qFatal("no checkpoint");
    return session->workspace() /
           std::ranges::max_element(*checkpoints, {}, &CheckpointRecord::step)->folder;
}

/// Every weight of the safetensors file becomes NaN.
void spoil(const fs::path& file) {
    auto content = read_file(file);
    VERIFY_OK(content);
    std::uint64_t header = 0;
    std::memcpy(&header, content->data(), sizeof header);
    const std::uint32_t nan = 0x7fc00000;
    for (std::size_t at = sizeof header + header; at + 4 <= content->size(); at += 4)
        std::memcpy(content->data() + at, &nan, 4);
    VERIFY_OK(write_file_atomic(file, *content));
}

std::string write_rows(const SmallSession& session, const std::string& rows) {
    const fs::path file = session.folder() / "rows.jsonl";
    std::ofstream(file) << rows;
    return file.string();
}

}  // namespace

class TestBadInput : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_reward_model_must_be_one() {
        SmallSession session;
        const RunId writer = session.run(small_grpo(), "writer");
        const auto before = lasting_metrics(*session.reader(), writer);
        Settings settings = small_reviews_run("ppo");
        settings.reward_model = "writer";
        verify_said(refusal(session, settings, "second"),
                    {"reward_model", "without a score head", "algorithm reward"});
        settings.reward_model = "writre";
        verify_said(refusal(session, settings, "third"), {"reward_model: ", "writer"});
        settings.reward_model = (session.folder() / "nothing").string();
        verify_said(refusal(session, settings, "fourth"), {"reward_model: ", "nothing"});
        QVERIFY(before.size() > 50);
        QVERIFY(lasting_metrics(*session.reader(), writer) == before);
        session.run(small_grpo(), "works");
    }

    void a_reward_model_writes_no_text() {
        SmallSession session;
        session.run(small_reviews_run("reward"), "scorer");
        for (const char* algorithm : {"grpo", "ppo", "dpo", "sft", "reward"}) {
            Settings settings = small_reviews_run(algorithm);
            settings.model_name_or_path = "scorer";
            verify_said(refusal(session, settings, algorithm),
                        {"model_name_or_path names a reward model"});
        }
        GenerateRequest generate;
        generate.model = "scorer";
        generate.prompt = "the cast ";
        generate.threads = 1;
        const auto text = session->generate(generate).get();
        QVERIFY(!text.ok());
        verify_said(text.error().message, {"scores texts and writes none"});
        EvaluateRequest evaluate;
        evaluate.model = "scorer";
        evaluate.task = "reviews";
        evaluate.settings = small_reviews_run("grpo");
        evaluate.threads = 1;
        const auto judged = session->evaluate(evaluate).get();
        QVERIFY(!judged.ok());
        verify_said(judged.error().message, {"scores texts and writes none"});
        // From pairs that others wrote it goes on learning.
        Settings settings = small_reviews_run("reward");
        settings.task = "data";
        settings.model_name_or_path = "scorer";
        std::string rows;
        for (const char* noun : {"cast", "plot", "music", "end"})
            rows += "{\"prompt\": \"the " + std::string(noun) +
                    " \", \"chosen\": \"was good .\", \"rejected\": \"was dull .\"}\n";
        settings.train_files = {write_rows(session, rows)};
        settings.eval_prompts = 1;
        session.run(settings, "scorer again");
    }

    void a_reward_model_by_name_is_used() {
        SmallSession session;
        session.run(small_reviews_run("reward"), "scorer");
        Settings settings = small_reviews_run("ppo");
        settings.reward_model = "scorer";
        const RunId run = session.run(settings, "ppo");
        const auto reader = session.reader();
        const auto rewards = reader->metric(run, "rewards/reward_model/mean");
        VERIFY_OK(rewards);
        QCOMPARE(rewards->size(), std::size_t{8});
        const auto gold = reader->metric(run, "gold_reward");
        VERIFY_OK(gold);
        QCOMPARE(gold->size(), std::size_t{8});
        QVERIFY(reader->metric(run, "reward_model/loss")->empty());
    }

    void a_reward_that_is_no_number_ends_the_run() {
        SmallSession session;
        const RunId scorer = session.run(small_reviews_run("reward"), "scorer");
        const fs::path broken = session.folder() / "broken";
        fs::copy(newest_folder(session, scorer), broken, fs::copy_options::recursive);
        spoil(broken / "model.safetensors");
        for (const char* algorithm : {"ppo", "grpo"}) {
            Settings settings = small_reviews_run(algorithm);
            settings.reward_funcs = {"reward_model"};
            settings.reward_model = broken.string();
            verify_said(refusal(session, settings, algorithm),
                        {"reward_model gave", "completion 1 of 8", "finite"});
        }
    }

    void pairs_without_a_difference_are_refused() {
        SmallSession session;
        Settings start = small_grpo();
        session.run(start, "writer");
        for (const char* algorithm : {"dpo", "reward"}) {
            Settings settings = small_grpo();
            settings.algorithm = algorithm;
            settings.task = "data";
            settings.model_name_or_path = "writer";
            settings.train_files = {
                write_rows(session,
                           "{\"prompt\": \"1+2=\", \"chosen\": \"3\", \"rejected\": \"3\"}\n"
                           "{\"prompt\": \"1+3=\", \"chosen\": \"4\", \"rejected\": \"4\"}\n"
                           "{\"prompt\": \"1+4=\", \"chosen\": \"5\", \"rejected\": \"5\"}\n")};
            settings.eval_prompts = 1;
            verify_said(refusal(session, settings, algorithm),
                        {"same tokens on both sides", "pairs that differ"});
        }
    }

    void ppo_on_own_rows_needs_a_reward() {
        SmallSession session;
        session.run(small_grpo(), "writer");
        Settings settings = small_grpo();
        settings.algorithm = "ppo";
        settings.task = "data";
        settings.model_name_or_path = "writer";
        settings.train_files = {
            write_rows(session, "{\"prompt\": \"1+2=\"}\n{\"prompt\": \"1+3=\"}\n")};
        settings.eval_prompts = 1;
        verify_said(refusal(session, settings, "second"),
                    {"reward_model", "preference_files", "reward_funcs"});
        settings.reward_funcs = {"length_target"};
        settings.reward_length = 3;
        session.run(settings, "works");
    }
};

PLUMB_REGISTER_TEST(TestBadInput)
#include "bad_input_test.moc"
