// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "store/records.h"
#include "train/checkpoint.h"
#include "train/evaluation.h"

namespace plumb {

/// Completions that were sampled, or are given by reference data, with their rewards.
struct ScoredCompletions {
    std::vector<TokenIds> prompts;      ///< one a row; rows of a group stand together
    std::vector<TokenIds> completions;  ///< the end token included
    std::vector<bool> ended;
    std::vector<std::string> reward_names;
    at::Tensor rewards;  ///< [N, functions] float32, NaN for a missing value
};

/// The micro-batches of a rollout with their advantages, and the metrics that TRL logs with it
/// (reward, reward_std, rewards/*, completions/*, frac_reward_zero_std).
struct PreparedRollout {
    RolloutInUse rollout;
    at::Tensor total_rewards;  ///< [N] weighted sums
    at::Tensor advantages;     ///< [N]
    double tokens = 0;         ///< prompts and completions
    Metrics metrics;
};

/// Group-relative advantages, masks and micro-batches of per_device_train_batch_size rows.
PreparedRollout prepare_rollout(const ScoredCompletions& scored, const Settings& settings,
                                std::int64_t pad_id);

/// Log-probabilities that the loss needs beside the policy's own: those of the reference (null
/// where beta = 0), and of the policy before its update for micro-batches that are trained on only
/// after one. No gradients.
Status add_fixed_logprobs(RolloutInUse& rollout, const Policy& policy, const Llama* reference,
                          const Settings& settings, const std::stop_token& stop);

/// Takes the next prompts from the task, samples num_generations completions of each, scores them
/// and prepares the rollout. Adds the rows for the database and the seconds of each phase.
struct NewRollout {
    PreparedRollout prepared;
    std::vector<CompletionRecord> records;  ///< step is not set yet
    double generate_seconds = 0, score_seconds = 0;
    double generated_tokens = 0;
};
Result<NewRollout> sample_rollout(const Policy& policy, const Llama* reference, const Task& task,
                                  const Rewards& rewards, const Settings& settings,
                                  TrainerState& state, const std::stop_token& stop);

}  // namespace plumb
