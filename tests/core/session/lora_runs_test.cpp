// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that train an adapter: what they leave, what can be done with it, what they hold in memory.
#include <fstream>

#include "session/model_export.h"
#include "small_run.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

Settings with_adapter(Settings settings) {
    // A reward that so small a model gets sometimes.
    if (settings.algorithm == "grpo" && settings.task == "arithmetic") {
        settings.reward_funcs = {"length_target"};
        settings.reward_length = 4;
    }
    settings.use_peft = true;
    settings.lora_r = 4;
    settings.lora_target_modules = {"all-linear"};
    settings.learning_rate = 1e-2;
    return settings;
}

fs::path newest_folder(SmallSession& session, RunId run) {
    auto reader = session.reader();
    const auto checkpoints = reader->checkpoints(run);
    if (!checkpoints || checkpoints->empty()) qFatal("no checkpoint");
    return session->workspace() /
           std::ranges::max_element(*checkpoints, {}, &CheckpointRecord::step)->folder;
}

/// The most probable continuation.
Result<GenerateReply> greedy(SmallSession& session, const std::string& model,
                             const std::string& prompt = "1+2+3=") {
    GenerateRequest request;
    request.model = model;
    request.prompt = prompt;
    request.temperature = 0;
    request.max_tokens = 12;
    request.alternatives = 2;
    request.threads = 1;
    return session->generate(request).get();
}

void compare_tokens(const GenerateReply& a, const GenerateReply& b) {
    QCOMPARE(a.generated.size(), b.generated.size());
    for (std::size_t i = 0; i < a.generated.size(); ++i) {
        COMPARE_TEXT(a.generated[i].text, b.generated[i].text);
        QVERIFY(std::abs(a.generated[i].probability - b.generated[i].probability) < 1e-5);
    }
}

double last(SmallSession& session, RunId run, const std::string& key) {
    const auto points = session.reader()->metric(run, key);
    if (!points || points->empty()) qFatal("no %s", key.c_str());
    return points->back().value;
}

}  // namespace

class TestLoraRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checkpoints_hold_the_adapter_and_are_models_all_the_same() {
        SmallSession session;
        const RunId run = session.run(with_adapter(small_grpo()), "adapted");
        const fs::path folder = newest_folder(session, run);
        QVERIFY(fs::exists(folder / "adapter_model.safetensors"));
        QVERIFY(fs::exists(folder / "adapter_config.json"));
        QVERIFY(!fs::exists(folder / "model.safetensors"));

        const auto trained = greedy(session, "adapted"), start = greedy(session, "adapted@start");
        VERIFY_OK(trained);
        VERIFY_OK(start);
        QVERIFY(trained->generated.front().probability != start->generated.front().probability);
        compare_tokens(*trained, *greedy(session, folder.string()));

        const fs::path whole = session.folder() / "whole", apart = session.folder() / "apart";
        VERIFY_OK(export_model("adapted", session->workspace(), whole, ExportForm::whole));
        VERIFY_OK(export_model("adapted", session->workspace(), apart, ExportForm::adapter));
        QVERIFY(fs::exists(whole / "model.safetensors") && fs::exists(whole / "tokenizer.json"));
        QVERIFY(fs::exists(whole / "generation_config.json"));
        QVERIFY(fs::exists(apart / "adapter_model.safetensors"));
        compare_tokens(*trained, *greedy(session, whole.string()));
        compare_tokens(*trained, *greedy(session, apart.string()));
        // Nothing is overwritten, and a whole model is no adapter.
        QVERIFY(!export_model("adapted", session->workspace(), whole, ExportForm::whole).ok());
        const Status refused = export_model("adapted@start", session->workspace(),
                                            session.folder() / "no", ExportForm::adapter);
        QVERIFY(!refused.ok() && !fs::exists(session.folder() / "no"));
        QVERIFY(refused.error().message.find("no adapter") != std::string::npos);

        // The base is the run's start, and is missed where it is gone.
        fs::rename(session->workspace() / "runs" / std::to_string(run) / "start",
                   session.folder() / "elsewhere");
        const auto gone = greedy(session, "adapted");
        QVERIFY(!gone.ok());
        QVERIFY2(gone.error().message.find("is not there") != std::string::npos,
                 gone.error().message.c_str());
    }

    void a_run_goes_on_from_what_another_adapted() {
        SmallSession session;
        session.run(with_adapter(small_reviews_run("dpo")), "first");
        Settings settings = with_adapter(small_reviews_run("grpo"));
        settings.model_name_or_path = "first";
        const RunId second = session.run(settings, "second");
        const auto first = greedy(session, "first", "the film"),
                   start = greedy(session, "second@start", "the film");
        VERIFY_OK(first);
        VERIFY_OK(start);
        compare_tokens(*first, *start);
        QVERIFY(fs::exists(newest_folder(session, second) / "adapter_model.safetensors"));
    }

    void four_models_cost_one() {
        SmallSession session;
        Settings settings = small_ppo();
        settings.hidden_size = 64;
        settings.intermediate_size = 128;
        const RunId whole = session.run(settings, "whole");
        const RunId adapted = session.run(with_adapter(settings), "adapted");
        const auto of = [&](RunId run, const char* owner) {
            return last(session, run, std::string("memory/") + owner);
        };
        QCOMPARE(of(adapted, "reference"), 0.0);
        QVERIFY(of(whole, "reference") > 0);
        for (const char* owner : {"value_model", "reward_model"})
            QVERIFY(of(adapted, owner) < 0.35 * of(whole, owner));
        for (const char* owner : {"gradients", "optimizer"})
            QVERIFY(of(adapted, owner) < 0.35 * of(whole, owner));
        QVERIFY(last(session, adapted, "cost/flops") < last(session, whole, "cost/flops"));
        const fs::path run = session->workspace() / "runs" / std::to_string(adapted);
        QVERIFY(fs::exists(run / "reward-model/adapter_model.safetensors"));
        QVERIFY(fs::exists(newest_folder(session, adapted) / "value/adapter_model.safetensors"));
    }

    void an_unknown_target_is_told_before_training() {
        SmallSession session;
        Settings settings = with_adapter(small_grpo());
        settings.lora_target_modules = {"w_query"};
        const auto id = session->start(settings, "wrong");
        VERIFY_OK(id);
        const auto ended = session.until_end();
        QVERIFY(ended.state == RunState::failed);
        QVERIFY2(
            ended.message.find("w_query means no linear layer of this model") != std::string::npos,
            ended.message.c_str());
    }
};

PLUMB_REGISTER_TEST(TestLoraRuns)
#include "lora_runs_test.moc"
