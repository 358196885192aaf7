// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Reference runs and their repetition; internal to run_parity().

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/settings.h"
#include "session/parity_checks.h"
#include "store/records.h"

namespace plumb::parity {

/// A folder train/<run> of the reference data: trajectory.json has the rows and what came of them.
struct ReferenceRun {
    std::filesystem::path folder;
    std::filesystem::path model_folder;  ///< of the model it starts from
    std::filesystem::path reference_folder, reward_folder, value_folder;  ///< where it has them
    Settings settings;
};

/// What this program computed on the rows of a reference run.
struct Replay {
    std::vector<Metrics> metrics;                        ///< by optimiser step
    std::vector<double> losses;                          ///< by micro-batch
    std::map<std::string, double> first_gradient_norms;  ///< by parameter, before clipping
    std::map<std::string, double> parameter_norms;       ///< after the last update
    /// Elements that changed although their gradient was always zero; 0 with weight decay.
    std::int64_t moved_without_gradient = 0;
    /// Of tensors: what went into each micro-batch, and the probe's logits at the end.
    std::vector<Comparison> comparisons;
};

// These throw std::runtime_error where the run cannot be repeated.
Replay replay_sft(const ReferenceRun& run);
Replay replay_reward(const ReferenceRun& run);
Replay replay_dpo(const ReferenceRun& run);
/// Its parameters are named "policy NAME" and "value NAME"; metrics and losses stay empty.
Replay replay_ppo(const ReferenceRun& run);
Replay replay_grpo(const ReferenceRun& run);

}  // namespace plumb::parity
