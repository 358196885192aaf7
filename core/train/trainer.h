// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/result.h"
#include "config/settings.h"
#include "tasks/task.h"
#include "train/checkpoint.h"
#include "train/evaluation.h"
#include "train/monitor.h"
#include "train/pairs.h"

namespace plumb {

/// What a trainer works with. Settings are changed by live edits.
struct TrainerInputs {
    Settings& settings;
    const Task& task;
    Policy& policy;  ///< trainable; with algorithm reward a reward model
    const Scorers& scorers;
    const PreferenceSets& pairs;  ///< empty where the algorithm does not learn from pairs
    /// The learned reward among the scorers as the run begins, or null.
    const Policy* reward_model = nullptr;
    std::filesystem::path start_model;  ///< the model the run started from: the reference
    std::optional<std::filesystem::path> checkpoint;  ///< go on from here
    RunMonitor& monitor;
    /// The folder of a reward model that evaluations alone ask; empty: none.
    std::filesystem::path eval_reward_model = {};
    /// Lets the learned reward learn anew from settings.reward_refresh_file, after so many steps.
    /// Empty where no reward is learned. reward_model is not valid any more afterwards.
    std::function<Status(std::int64_t step)> refresh_reward = {};
};

enum class Outcome {
    finished,
    kept,  ///< saved at a step before the last, to be resumed
};

/// Supervised fine-tuning on the task's demonstrations.
Result<Outcome> train_sft(const TrainerInputs& inputs);

/// A reward model on preference pairs (Ouyang et al. 2022, InstructGPT, eq. 1).
Result<Outcome> train_reward(const TrainerInputs& inputs);

/// Direct preference optimisation (Rafailov et al. 2023) on fixed pairs.
Result<Outcome> train_dpo(const TrainerInputs& inputs);

/// The same on pairs of the policy's own completions (Guo et al. 2024, Direct Language Model
/// Alignment from Online AI Feedback), ranked by the run's rewards.
Result<Outcome> train_online_dpo(const TrainerInputs& inputs);

/// Proximal policy optimisation with a value model (Ziegler et al. 2019; Ouyang et al. 2022).
Result<Outcome> train_ppo(const TrainerInputs& inputs);

/// Group relative policy optimisation (Shao et al. 2024, algorithm 1) with the task's prompts.
Result<Outcome> train_grpo(const TrainerInputs& inputs);

/// REINFORCE with leave-one-out baselines (Ahmadian et al. 2024).
Result<Outcome> train_rloo(const TrainerInputs& inputs);

}  // namespace plumb
