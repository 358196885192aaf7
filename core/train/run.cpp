// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/run.h"

#include <ATen/Parallel.h>

#include "base/log.h"
#include "config/roles.h"
#include "data/prompts.h"
#include "train/new_model.h"
#include "train/supervised_rows.h"
#include "train/supervised_start.h"

namespace plumb {
namespace {

bool trains_from_prompts(const Settings& settings) { return settings.algorithm == "grpo"; }

/// Whether a run without model_name_or_path makes its own tokenizer from the training text.
bool needs_tokenizer(const RunInputs& inputs) { return !inputs.checkpoint && !inputs.model_folder; }

Result<Policy> first_policy(const RunInputs& inputs, const Task& task, at::Device device,
                            RunMonitor& monitor) {
    if (inputs.checkpoint) return load_policy(*inputs.checkpoint, device);
    if (inputs.model_folder) return load_policy(*inputs.model_folder, device);
    if (!trains_from_prompts(inputs.settings))
        return new_policy(inputs.settings, task.tokenizer(), device);
    if (is_built_in_task(inputs.settings))
        return supervised_start(inputs.settings, inputs.cache, device, monitor);
    return invalid_input(
        "model_name_or_path is empty: reinforcement learning on your own files starts from a "
        "trained model; run sft on them first and name that run here");
}

/// The settings' reward functions, or the one that settles the task's answers.
Result<Rewards> rewards_of(Settings settings, const Task& task) {
    if (settings.reward_funcs.empty()) {
        if (task.gold_reward().empty())
            return invalid_input(
                "reward_funcs is empty and the rows have no answers to check; name at least one "
                "reward function");
        settings.reward_funcs = {task.gold_reward()};
    }
    return make_rewards(settings);
}

Status fits_positions(const Policy& policy, const Settings& settings) {
    const std::int64_t positions = policy.model.config().max_position_embeddings;
    if (!trains_from_prompts(settings) || settings.max_completion_length < positions) return {};
    return invalid_input("max_completion_length " + std::to_string(settings.max_completion_length) +
                         " does not fit the model's max_position_embeddings " +
                         std::to_string(positions) + "; lower it");
}

/// Tells before the first step how many rows are cut or left out, and finds prompts without tokens.
Status look_through_rows(const Policy& policy, const Task& task, const Settings& settings) {
    const auto report = [](std::int64_t count, const std::string& what) {
        if (count > 0) log_warning(std::to_string(count) + what);
    };
    if (trains_from_prompts(settings)) {
        PLUMB_TRY(const TokenizedPrompts prompts,
                  tokenize_prompts(task.prompts(), *policy.tokenizer, settings.max_prompt_length));
        report(prompts.shortened,
               " prompts are longer than max_prompt_length and keep their end only");
    } else if (!task.demonstrations().empty()) {
        PLUMB_TRY(const SupervisedRows rows,
                  tokenize_demonstrations(task.demonstrations(), *policy.tokenizer,
                                          supervised_options(policy, settings)));
        report(rows.shortened, " rows are longer than max_length and lose their end");
        report(rows.dropped, " rows have nothing to train on and are left out");
    }
    return {};
}

}  // namespace

Status check_inputs(const Settings& settings) {
    if (const auto device = open_device(settings.device); !device) return device.error();
    PLUMB_TRY(const auto task, make_task(settings, settings.model_name_or_path.empty()));
    if (!trains_from_prompts(settings)) return {};
    const auto rewards = rewards_of(settings, *task);
    return rewards ? Status{} : rewards.error();
}

Result<Outcome> run_training(const RunInputs& inputs, RunMonitor& monitor) {
    Settings settings = inputs.settings;
    at::set_num_threads(static_cast<int>(settings.threads));
    PLUMB_TRY(const at::Device device, open_device(settings.device));
    monitor.progress("load", 0, 0, 0);
    PLUMB_TRY(const auto task, make_task(settings, needs_tokenizer(inputs)));
    Rewards rewards;
    if (trains_from_prompts(settings)) {
        PLUMB_TRY(rewards, rewards_of(settings, *task));
    }
    PLUMB_TRY(Policy policy, first_policy(inputs, *task, device, monitor));
    PLUMB_TRY_STATUS(fits_positions(policy, settings));
    PLUMB_TRY_STATUS(look_through_rows(policy, *task, settings));

    // Kept with the run: the reference of the KL term, and what resume needs besides checkpoints.
    const std::filesystem::path start = inputs.run_folder / "start";
    if (!inputs.checkpoint) PLUMB_TRY_STATUS(publish_policy(start, policy));

    policy.model.enable_training();
    const TrainerInputs trainer{settings,          *task,  policy, rewards, start,
                                inputs.checkpoint, monitor};
    return trains_from_prompts(settings) ? train_grpo(trainer) : train_sft(trainer);
}

}  // namespace plumb
