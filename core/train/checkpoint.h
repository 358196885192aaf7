// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include "base/result.h"
#include "model/work.h"
#include "train/monitor.h"
#include "train/optimizer.h"
#include "train/reference.h"
#include "train/update.h"

namespace plumb {

/// A rollout that is in use: its micro-batches and how many passes over them are done. Part of a
/// checkpoint, because a run may be cut off between two updates on one rollout.
struct RolloutInUse {
    std::vector<RolloutSlice> slices;
    std::int64_t used = 0;   ///< micro-batches trained on so far
    std::int64_t total = 0;  ///< slices * num_iterations
    double num_items = 0;    ///< completion tokens of the whole rollout
    std::int64_t step = 0;   ///< whose completions it has; 0: not known
    bool used_up() const { return used == total; }
    /// The micro-batch to train on now; counts it as used.
    RolloutSlice& next_slice() {
        return slices[static_cast<std::size_t>(used++ % static_cast<std::int64_t>(slices.size()))];
    }
    /// The place of the micro-batch that was trained on last.
    std::size_t last_slice() const {
        return static_cast<std::size_t>((used - 1) % static_cast<std::int64_t>(slices.size()));
    }
};

/// A coefficient that a controller moves from what the settings say. A live edit starts it anew.
struct MovingCoefficient {
    double setting = 0;  ///< where it started
    double value = 0;    ///< where it is

    /// The value, started anew where the setting is another one now.
    double follow(double current_setting) {
        if (setting != current_setting) setting = value = current_setting;
        return value;
    }
};

/// What the updates have spent their time on.
struct UpdateSeconds {
    double generate = 0, score = 0, update = 0;
};

/// Everything besides weights and optimiser that decides how a run goes on.
struct TrainerState {
    std::int64_t step = 0;
    std::int64_t next_row = 0;  ///< prompts, demonstrations or packed rows taken so far
    std::int64_t rollouts = 0;  ///< names the next rollout's random draws
    double num_tokens = 0;      ///< tokens seen in training
    std::optional<double> best_score;
    MovingCoefficient kl_coef, entropy_coef;
    /// Mean entropy of the last step's tokens, for the adaptive bonus; infinite before the first.
    double last_entropy = std::numeric_limits<double>::infinity();
    Work work;              ///< of all updates, evaluations left out
    UpdateSeconds seconds;  ///< likewise
    RolloutInUse rollout;
};

/// What a run trains: the policy (or a reward model), with PPO a value model too, each with its
/// optimiser. All outlive the loop.
struct Trained {
    Policy& policy;
    AdamW& optimizer;
    Decoder* value = nullptr;
    AdamW* value_optimizer = nullptr;
    Reference* reference = nullptr;  ///< kept with a checkpoint where it follows the policy
};

/// Writes a checkpoint: a Hugging Face model folder (model.safetensors, config.json,
/// tokenizer.json), or with use_peft an adapter in PEFT's layout, with trainer.safetensors,
/// trainer.json and clock.json (what is not the same when a run is repeated) beside it, the value
/// model in value/ and a reference that has followed the policy in reference/. Every file is
/// flushed.
Status write_checkpoint(const std::filesystem::path& folder, const Trained& trained,
                        const TrainerState& state);

/// Reads a checkpoint into the optimisers, the value model, the reference and a state; the policy
/// is loaded from it already.
Result<TrainerState> read_checkpoint(const std::filesystem::path& folder, const Trained& trained);

/// Where a model folder's tokenizer lies: an adapter without one has its base's.
Result<std::filesystem::path> tokenizer_folder_of(const std::filesystem::path& folder);
/// A model with the tokenizer of the folder that it was loaded from.
Result<Policy> with_tokenizer_of(const std::filesystem::path& folder, Decoder model);
/// A model folder, or an adapter's merged with its base, with its tokenizer. Errors name the file.
Result<Policy> load_policy(const std::filesystem::path& folder, at::Device device);
/// One for sampling on the CPU alone, in less memory: see Decoder::load_for_generation().
Result<Policy> load_policy_for_generation(const std::filesystem::path& folder);
/// Writes model and tokenizer; every file is flushed.
Status save_policy(const std::filesystem::path& folder, const Policy& policy);
/// The same through a temporary folder that is renamed in the end, so that the folder is whole or
/// not there.
Status publish_policy(const std::filesystem::path& folder, const Policy& policy);

}  // namespace plumb
