// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "config/settings.h"
#include "tasks/task.h"
#include "train/checkpoint.h"
#include "train/evaluation.h"
#include "train/monitor.h"

namespace plumb {

/// What a trainer works with. The policy is trainable; settings are changed by live edits.
struct TrainerInputs {
    Settings& settings;
    const Task& task;
    Policy& policy;
    const Rewards& rewards;
    std::filesystem::path start_model;  ///< the model the run started from: the reference
    std::optional<std::filesystem::path> checkpoint;  ///< go on from here
    RunMonitor& monitor;
};

enum class Outcome {
    finished,
    kept,  ///< saved at a step before the last, to be resumed
};

/// Supervised fine-tuning on the task's demonstrations.
Result<Outcome> train_sft(const TrainerInputs& inputs);

/// Group relative policy optimisation (Shao et al. 2024, algorithm 1) with the task's prompts.
Result<Outcome> train_grpo(const TrainerInputs& inputs);

}  // namespace plumb
