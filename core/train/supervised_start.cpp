// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/supervised_start.h"

#include <torch/version.h>

#include "base/log.h"
#include "base/strings.h"
#include "config/yaml.h"
#include "train/checkpoint.h"
#include "train/new_model.h"
#include "train/phase_cost.h"
#include "train/start_phases.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

// Raise when a change of this code changes the models it makes.
constexpr int code_version = 2;

/// In the cache: what the model has cost when it was made.
constexpr const char* cost_file = "cost.json";
constexpr const char* phase_name = "start";

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
    kept.start_batch_size = settings.start_batch_size;
    kept.start_learning_rate = settings.start_learning_rate;
    kept.start_warmup_steps = settings.start_warmup_steps;
    kept.start_check_prompts = settings.start_check_prompts;
    kept.start_check_accuracy = settings.start_check_accuracy;
    kept.start_max_steps = settings.start_max_steps;
    kept.start_weight_decay = settings.start_weight_decay;
    kept.adam_beta1 = settings.adam_beta1;
    kept.adam_beta2 = settings.adam_beta2;
    kept.adam_epsilon = settings.adam_epsilon;
    kept.max_completion_length = settings.max_completion_length;
    if (settings.task == "arithmetic") {
        kept.arithmetic_digits = settings.arithmetic_digits;
        kept.arithmetic_cot_rate = settings.arithmetic_cot_rate;
        kept.arithmetic_error_rate = settings.arithmetic_error_rate;
        kept.start_check_steps = settings.start_check_steps;
        kept.start_sloppy_steps = settings.start_sloppy_steps;
        kept.start_sloppy_learning_rate = settings.start_sloppy_learning_rate;
        kept.start_sloppy_learning_rate_end = settings.start_sloppy_learning_rate_end;
    }
    return kept;
}

fs::path cached_folder(const Settings& settings, const fs::path& cache) {
    const std::string key = write_settings(relevant(settings)) + "code " +
                            std::to_string(code_version) + " torch " TORCH_VERSION;
    return cache / "supervised" / (settings.task + "-" + hash_hex(key));
}

Result<Policy> train_start(const Settings& settings, at::Device device, RunMonitor& monitor) {
    return settings.task == "reviews" ? train_reviews_start(settings, device, monitor)
                                      : train_arithmetic_start(settings, device, monitor);
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
            if (const auto cost = read_phase_cost(folder / cost_file))
                report_phase(monitor, phase_name, *cost);
            return cached;
        }
        log_warning("the cached supervised model is unusable and is made anew: " +
                    cached.error().message);
    }
    const PhaseMeter meter;
    PLUMB_TRY(const Policy policy, train_start(settings, device, monitor));
    const PhaseCost cost = meter.cost();
    report_phase(monitor, phase_name, cost);
    Status kept = publish_policy(folder, policy);
    if (kept) kept = write_phase_cost(folder / cost_file, cost);
    if (!kept) {
        log_warning("the supervised model could not be cached: " + kept.error().message);
        // Continue with a copy that is laid out in memory as a loaded one is.
        return Policy{policy.model.frozen_copy(), policy.tokenizer, policy.suppressed_ids};
    }
    return load_policy(folder, device);
}

}  // namespace plumb
