// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/supervised_start.h"

#include <algorithm>

#include <torch/version.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "config/yaml.h"
#include "train/checkpoint.h"
#include "train/evaluation.h"
#include "train/new_model.h"
#include "train/supervised_rows.h"
#include "train/update.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

// Raise when a change of this code changes the models it makes.
constexpr int code_version = 2;

/// The settings that the supervised model depends on, all others at their defaults.
Settings relevant(const Settings& settings) {
    Settings kept;
    kept.task = settings.task;
    kept.seed = settings.seed;
    kept.threads = settings.threads;
    kept.device = settings.device;
    kept.hidden_size = settings.hidden_size;
    kept.intermediate_size = settings.intermediate_size;
    kept.num_hidden_layers = settings.num_hidden_layers;
    kept.num_attention_heads = settings.num_attention_heads;
    kept.num_key_value_heads = settings.num_key_value_heads;
    kept.max_position_embeddings = settings.max_position_embeddings;
    kept.rope_theta = settings.rope_theta;
    kept.rms_norm_eps = settings.rms_norm_eps;
    kept.tie_word_embeddings = settings.tie_word_embeddings;
    kept.arithmetic_digits = settings.arithmetic_digits;
    kept.arithmetic_cot_rate = settings.arithmetic_cot_rate;
    kept.arithmetic_error_rate = settings.arithmetic_error_rate;
    kept.start_batch_size = settings.start_batch_size;
    kept.start_learning_rate = settings.start_learning_rate;
    kept.start_warmup_steps = settings.start_warmup_steps;
    kept.start_check_steps = settings.start_check_steps;
    kept.start_check_prompts = settings.start_check_prompts;
    kept.start_check_accuracy = settings.start_check_accuracy;
    kept.start_max_steps = settings.start_max_steps;
    kept.start_sloppy_steps = settings.start_sloppy_steps;
    kept.start_sloppy_learning_rate = settings.start_sloppy_learning_rate;
    kept.start_sloppy_learning_rate_end = settings.start_sloppy_learning_rate_end;
    kept.start_weight_decay = settings.start_weight_decay;
    kept.adam_beta1 = settings.adam_beta1;
    kept.adam_beta2 = settings.adam_beta2;
    kept.adam_epsilon = settings.adam_epsilon;
    kept.max_completion_length = settings.max_completion_length;
    return kept;
}

fs::path cached_folder(const Settings& settings, const fs::path& cache) {
    const std::string key = write_settings(relevant(settings)) + "code " +
                            std::to_string(code_version) + " torch " TORCH_VERSION;
    return cache / "supervised" / (settings.task + "-" + hash_hex(key));
}

/// Trains on demonstrations of one kind; keeps its own step count over both phases.
class SupervisedPhases {
public:
    SupervisedPhases(Policy& policy, const Settings& settings, RunMonitor& monitor)
        : policy_(policy), settings_(settings), monitor_(monitor) {}

    /// One update on the next start_batch_size demonstrations of the task.
    Status step(const Task& task, AdamW& optimizer, double learning_rate, std::string_view phase,
                std::int64_t done, std::int64_t total) {
        if (monitor_.stop_token().stop_requested()) return cancelled();
        Stopwatch watch;
        std::vector<Demonstration> demonstrations;
        for (std::int64_t i = 0; i < settings_.start_batch_size; ++i)
            demonstrations.push_back(task.train_demonstration(next_row_++));
        const auto rows = supervised_rows(demonstrations, policy_, settings_);
        const LabelledBatch batch = to_batch(rows, padding_id(policy_));
        MetricMeans means;
        accumulate_sft(policy_.model, batch, static_cast<double>(batch.labels.numel()),
                       SftLossType::nll, means);
        apply_update(policy_.model, optimizer, learning_rate, 1.0);
        const double rate = static_cast<double>(batch.tokens) / watch.seconds();
        ++steps_;
        monitor_.metrics(steps_, {{"start/loss", means.result().at("loss")},
                                  {"start/learning_rate", learning_rate}});
        monitor_.progress(phase, done, total, rate);
        return {};
    }

    void report(const std::string& key, double value) { monitor_.metrics(steps_, {{key, value}}); }

private:
    Policy& policy_;
    const Settings& settings_;
    RunMonitor& monitor_;
    std::int64_t next_row_ = 0;
    std::int64_t steps_ = 0;
};

AdamWOptions start_optimizer(const Settings& settings) {
    return {settings.adam_beta1, settings.adam_beta2, settings.adam_epsilon,
            settings.start_weight_decay};
}

/// Flawless scratchpads until the model can add: the accuracy comes as a sudden transition whose
/// step differs by seed, so a fixed number of steps would be a lottery.
Status textbook_phase(SupervisedPhases& phases, Policy& policy, const Task& task,
                      const Settings& settings, RunMonitor& monitor) {
    AdamW optimizer(policy.model, start_optimizer(settings));
    double accuracy = 0;
    for (std::int64_t step = 0; step < settings.start_max_steps; ++step) {
        const double warmup = std::min(
            1.0, static_cast<double>(step + 1) /
                     static_cast<double>(std::max<std::int64_t>(1, settings.start_warmup_steps)));
        PLUMB_TRY_STATUS(phases.step(task, optimizer, settings.start_learning_rate * warmup,
                                     "supervised: textbook", step + 1, settings.start_max_steps));
        if ((step + 1) % settings.start_check_steps != 0) continue;
        PLUMB_TRY(accuracy, greedy_accuracy(policy, task, settings.start_check_prompts, settings,
                                            monitor.stop_token()));
        phases.report("start/accuracy_greedy", accuracy);
        if (accuracy >= settings.start_check_accuracy) return {};
    }
    return Error{ErrorCode::failed,
                 "the supervised model reached a greedy accuracy of " + format_fixed(accuracy, 3) +
                     " after " + std::to_string(settings.start_max_steps) +
                     " steps, below start_check_accuracy " +
                     format_number(settings.start_check_accuracy) +
                     "; reinforcement learning does not start from it. Raise start_max_steps, use "
                     "another seed, or a larger hidden_size"};
}

/// Demonstrations as people write them: some without working, some wrong.
Status sloppy_phase(SupervisedPhases& phases, Policy& policy, const Task& task,
                    const Settings& settings) {
    AdamW optimizer(policy.model, start_optimizer(settings));
    const std::int64_t steps = settings.start_sloppy_steps;
    for (std::int64_t step = 0; step < steps; ++step) {
        const double done =
            static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps - 1));
        const double rate = settings.start_sloppy_learning_rate * (1 - done) +
                            settings.start_sloppy_learning_rate_end * done;
        PLUMB_TRY_STATUS(phases.step(task, optimizer, rate, "supervised: sloppy", step + 1, steps));
    }
    return {};
}

Result<Policy> train_start(const Settings& settings, at::Device device, RunMonitor& monitor) {
    Settings flawless = settings;
    flawless.arithmetic_cot_rate = 1.0;
    flawless.arithmetic_error_rate = 0.0;
    PLUMB_TRY(const auto textbook, make_task(flawless, true));
    PLUMB_TRY(const auto sloppy, make_task(settings, true));
    PLUMB_TRY(Policy policy, new_policy(settings, textbook->tokenizer(), device));
    policy.model.enable_training();
    SupervisedPhases phases(policy, settings, monitor);
    PLUMB_TRY_STATUS(textbook_phase(phases, policy, *textbook, settings, monitor));
    PLUMB_TRY_STATUS(sloppy_phase(phases, policy, *sloppy, settings));
    return policy;
}

}  // namespace

Result<Policy> supervised_start(const Settings& settings, const fs::path& cache, at::Device device,
                                RunMonitor& monitor) {
    const fs::path folder = cached_folder(settings, cache);
    std::error_code ignored;
    if (fs::exists(folder / "model.safetensors", ignored)) {
        monitor.progress("load", 0, 0, 0);
        Result<Policy> cached = load_policy(folder, device);
        if (cached) {
            log_info("supervised model from the cache: " + folder.string());
            return cached;
        }
        log_warning("the cached supervised model is unusable and is made anew: " +
                    cached.error().message);
    }
    PLUMB_TRY(const Policy policy, train_start(settings, device, monitor));
    if (const Status kept = publish_policy(folder, policy); !kept) {
        log_warning("the supervised model could not be cached: " + kept.error().message);
        // Continue with a copy that is laid out in memory as a loaded one is.
        return Policy{policy.model.frozen_copy(), policy.tokenizer, policy.suppressed_ids};
    }
    return load_policy(folder, device);
}

}  // namespace plumb
