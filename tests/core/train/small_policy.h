// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tasks/task.h"
#include "test_main.h"
#include "train/new_model.h"

inline plumb::ModelConfig tiny_config() {
    plumb::ModelConfig config;
    config.vocab_size = 11;
    config.hidden_size = 16;
    config.intermediate_size = 24;
    config.num_hidden_layers = 2;
    config.num_attention_heads = 2;
    config.num_key_value_heads = 1;
    config.head_dim = 8;
    config.max_position_embeddings = 32;
    config.tie_word_embeddings = true;
    config.eos_token_ids = {1};
    return config;
}

inline plumb::Decoder tiny_model(std::uint64_t seed) {
    plumb::Decoder model(tiny_config(), at::kCPU);
    model.initialise(seed);
    return model;
}

/// The same with a score head of its own.
inline plumb::Decoder tiny_scorer(std::uint64_t seed) {
    plumb::ModelConfig config = tiny_config();
    config.score_head = true;
    plumb::Decoder model(config, at::kCPU);
    model.initialise(seed);
    return model;
}

/// The reviews task with a policy of some hundred parameters that knows nothing of it.
inline plumb::Settings small_reviews() {
    plumb::Settings settings;
    settings.algorithm = "ppo";
    settings.task = "reviews";
    settings.seed = 3;
    settings.threads = 1;
    settings.hidden_size = 16;
    settings.intermediate_size = 24;
    settings.num_hidden_layers = 1;
    settings.num_attention_heads = 2;
    settings.num_key_value_heads = 1;
    settings.max_position_embeddings = 64;
    settings.max_completion_length = 8;
    settings.per_device_train_batch_size = 8;
    settings.pairs_prompts = 20;
    settings.eval_prompts = 12;
    return settings;
}

struct SmallTask {
    std::unique_ptr<plumb::Task> task;
    plumb::Policy policy;
};

inline SmallTask small_task(const plumb::Settings& settings) {
    auto task = plumb::make_task(settings, true);
    if (!task) qFatal("%s", task.error().message.c_str());
    auto policy = plumb::new_policy(settings, (*task)->tokenizer(), at::kCPU);
    if (!policy) qFatal("%s", policy.error().message.c_str());
    return {std::move(*task), std::move(*policy)};
}

/// Goes on to the end and remembers what it was told.
class RecordingMonitor : public plumb::RunMonitor {
public:
    void progress(std::string_view phase, std::int64_t done, std::int64_t, double) override {
        phases.emplace_back(phase, done);
    }
    void metrics(std::int64_t step, const plumb::Metrics& metrics) override {
        for (const auto& [key, value] : metrics) steps[step][key] = value;
    }
    void completions(std::int64_t, std::vector<plumb::CompletionRecord>) override {}
    plumb::Result<plumb::Decision> between_steps(std::int64_t, plumb::Settings&,
                                                 const plumb::Policy&) override {
        return plumb::Decision::go_on;
    }
    plumb::Status save(std::int64_t, std::optional<double>,
                       const plumb::CheckpointWriter&) override {
        ++saved;
        return {};
    }
    std::stop_token stop_token() const override { return stop.get_token(); }

    std::vector<std::pair<std::string, std::int64_t>> phases;
    std::map<std::int64_t, plumb::Metrics> steps;
    int saved = 0;
    std::stop_source stop;
};
