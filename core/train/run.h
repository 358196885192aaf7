// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/result.h"
#include "config/settings.h"
#include "train/trainer.h"

namespace plumb {

/// Below a run's folder: what it started from, and the reward model that it made or copied.
inline constexpr const char* run_start = "start";
inline constexpr const char* run_reward_model = "reward-model";
/// And its copy of the one that only its evaluations ask.
inline constexpr const char* run_eval_reward_model = "eval-reward-model";

struct RunInputs {
    Settings settings;  ///< validated, threads resolved, live edits up to the checkpoint applied
    std::filesystem::path cache;
    std::filesystem::path run_folder;                          ///< start/ is written there
    std::optional<std::filesystem::path> model_folder;         ///< what model_name_or_path means
    std::optional<std::filesystem::path> reward_model_folder;  ///< what reward_model means
    std::optional<std::filesystem::path> pairs_folder;         ///< what pairs_run means
    std::optional<std::filesystem::path> eval_reward_model_folder;
    std::optional<std::filesystem::path> checkpoint;  ///< resume from here
    std::int64_t checkpoint_step = 0;                 ///< its step
    std::filesystem::path workspace;                  ///< what reward_refresh_file is relative to
};

/// Runs a whole experiment on the calling thread, from loading or making the first model to the
/// last checkpoint. Sets the thread count of torch for this thread.
Result<Outcome> run_training(const RunInputs& inputs, RunMonitor& monitor);

/// An error where the run needs a trained model and none is named.
Status check_first_model(const Settings& settings);

/// Checks what can be checked before the start without touching a model's weights: files, rows,
/// rewards. model_folder: what model_name_or_path means, whose chat template rows may need; empty
/// where a queued run will make it.
Status check_inputs(const Settings& settings,
                    const std::optional<std::filesystem::path>& model_folder = {});

}  // namespace plumb
