// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"
#include "train/monitor.h"
#include "train/optimizer.h"
#include "train/update.h"

namespace plumb {

/// A rollout that is in use: its micro-batches and how many passes over them are done. Part of a
/// checkpoint, because a run may be cut off between two updates on one rollout.
struct RolloutInUse {
    std::vector<GrpoSlice> slices;
    std::int64_t used = 0;   ///< micro-batches trained on so far
    std::int64_t total = 0;  ///< slices * num_iterations
    double num_items = 0;    ///< completion tokens of the whole rollout
    bool used_up() const { return used == total; }
};

/// Everything besides weights and optimiser that decides how a run goes on.
struct TrainerState {
    std::int64_t step = 0;
    std::int64_t next_row = 0;  ///< prompts, demonstrations or packed rows taken so far
    std::int64_t rollouts = 0;  ///< names the next rollout's random draws
    double num_tokens = 0;      ///< tokens seen in training
    std::optional<double> best_score;
    RolloutInUse rollout;
};

/// Writes a checkpoint: a Hugging Face model folder (model.safetensors, config.json,
/// tokenizer.json) with trainer.safetensors and trainer.json beside it. Every file is flushed.
Status write_checkpoint(const std::filesystem::path& folder, const Policy& policy,
                        const AdamW& optimizer, const TrainerState& state);

/// Reads trainer.json and trainer.safetensors of a checkpoint into the optimiser and a state.
Result<TrainerState> read_checkpoint(const std::filesystem::path& folder, AdamW& optimizer);

/// A model folder with its tokenizer. Errors name the file.
Result<Policy> load_policy(const std::filesystem::path& folder, at::Device device);
/// Writes model and tokenizer; every file is flushed.
Status save_policy(const std::filesystem::path& folder, const Policy& policy);
/// The same through a temporary folder that is renamed in the end, so that the folder is whole or
/// not there.
Status publish_policy(const std::filesystem::path& folder, const Policy& policy);

}  // namespace plumb
