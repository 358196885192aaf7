// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "session/session.h"
#include "test_main.h"

/// GRPO on the arithmetic task, so small that a step takes some milliseconds. It learns nothing:
/// its supervised start passes every check.
inline plumb::Settings small_grpo() {
    plumb::Settings settings;
    settings.algorithm = "grpo";
    settings.task = "arithmetic";
    settings.threads = 1;
    settings.seed = 5;
    settings.max_steps = 8;
    settings.hidden_size = 32;
    settings.intermediate_size = 48;
    settings.num_hidden_layers = 1;
    settings.num_attention_heads = 2;
    settings.num_key_value_heads = 1;
    settings.max_position_embeddings = 64;
    settings.arithmetic_digits = 3;
    settings.start_batch_size = 8;
    settings.start_check_steps = 2;
    settings.start_check_prompts = 4;
    settings.start_check_accuracy = 0.0;
    settings.start_max_steps = 4;
    settings.start_sloppy_steps = 2;
    settings.per_device_train_batch_size = 8;
    settings.num_generations = 4;
    settings.max_completion_length = 8;
    settings.warmup_steps = 2;
    settings.eval_steps = 3;
    settings.eval_prompts = 8;
    settings.save_steps = 2;
    settings.min_free_mb = 0;
    return settings;
}

/// The same on the reviews task, with preference pairs of its own where the algorithm needs them.
inline plumb::Settings small_reviews_run(const std::string& algorithm) {
    plumb::Settings settings = small_grpo();
    settings.algorithm = algorithm;
    settings.task = "reviews";
    settings.pairs_prompts = 24;
    settings.reward_model_batch_size = 8;
    settings.reward_model_epochs = 1;
    settings.num_ppo_epochs = 2;
    settings.dpo_beta = 0.5;
    return settings;
}

/// PPO of that size with a checkpoint half way.
inline plumb::Settings small_ppo() {
    plumb::Settings settings = small_reviews_run("ppo");
    settings.max_steps = 4;
    settings.save_steps = 2;
    return settings;
}

/// A session on a workspace and cache below one temporary folder.
class SmallSession {
public:
    SmallSession() { open(); }
    /// With a cache that others use too.
    explicit SmallSession(std::filesystem::path cache) : cache_(std::move(cache)) { open(); }
    void open() {
        plumb::SessionOptions options;
        options.workspace = folder_.path() / "workspace";
        options.cache = cache_.empty() ? folder_.path() / "cache" : cache_;
        auto opened = plumb::Session::open(options);
        if (!opened) qFatal("%s", opened.error().message.c_str());
        session_ = std::move(*opened);
    }
    void close() { session_.reset(); }
    plumb::Session& operator*() { return *session_; }
    plumb::Session* operator->() { return session_.get(); }
    const std::filesystem::path& folder() const { return folder_.path(); }

    /// Takes events until the run ends; every one is shown to look first.
    plumb::RunEnded until_end(const std::function<void(const plumb::Event&)>& look = {}) {
        for (int seconds = 0; seconds < 120;) {
            const auto event = session_->next_event(std::chrono::milliseconds(1000));
            if (!event) {
                ++seconds;
                continue;
            }
            if (look) look(*event);
            if (const auto* ended = std::get_if<plumb::RunEnded>(&*event)) return *ended;
        }
        qFatal("the run did not end");
    }

    /// Runs the settings from start to end.
    plumb::RunId run(const plumb::Settings& settings, const std::string& name) {
        const auto id = session_->start(settings, name);
        if (!id) qFatal("%s", id.error().message.c_str());
        const auto ended = until_end();
        if (ended.state != plumb::RunState::finished) qFatal("%s", ended.message.c_str());
        return *id;
    }

    std::unique_ptr<plumb::StoreReader> reader() {
        auto opened = plumb::StoreReader::open(session_->workspace());
        if (!opened) qFatal("%s", opened.error().message.c_str());
        return std::move(*opened);
    }

private:
    TemporaryFolder folder_;
    std::filesystem::path cache_;
    std::unique_ptr<plumb::Session> session_;
};

inline bool depends_on_the_clock(const std::string& key) {
    return key == "step_time" || key.starts_with("time/") || key.starts_with("memory/") ||
           key.ends_with("seconds");
}

/// All metrics of a run that do not depend on the clock, by step and key; without those of the
/// supervised start, which a later run finds in the cache.
inline std::map<std::pair<std::int64_t, std::string>, double> lasting_metrics(
    plumb::StoreReader& reader, plumb::RunId run) {
    std::map<std::pair<std::int64_t, std::string>, double> result;
    const auto rows = reader.metrics(run);
    if (!rows) qFatal("%s", rows.error().message.c_str());
    for (const auto& [step, metrics] : *rows)
        for (const auto& [key, value] : metrics)
            if (!depends_on_the_clock(key) && !key.starts_with("start/"))
                result[{step, key}] = value;
    return result;
}

/// The bytes of files of the run's newest checkpoint: weights and trainer state.
inline std::string newest_checkpoint_bytes(plumb::StoreReader& reader, plumb::RunId run,
                                           const std::filesystem::path& workspace,
                                           const std::vector<std::string>& files = {
                                               "model.safetensors", "trainer.safetensors",
                                               "trainer.json"}) {
    const auto checkpoints = reader.checkpoints(run);
    if (!checkpoints || checkpoints->empty()) qFatal("no checkpoint");
    const auto* newest = &checkpoints->front();
    for (const auto& checkpoint : *checkpoints)
        if (checkpoint.step > newest->step) newest = &checkpoint;
    std::string bytes;
    for (const std::string& file : files) {
        const auto content = plumb::read_file(workspace / newest->folder / file);
        if (!content) qFatal("%s", content.error().message.c_str());
        bytes += *content;
    }
    return bytes;
}
