// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/ppo_batch.h"
#include "train/update.h"

namespace plumb {

/// A rollout that PPO trains on. Rows of prompts and completions; tensors as PpoRollout has them.
struct PpoExperience {
    std::vector<TokenIds> prompts;
    std::vector<TokenIds> completions;
    PpoRollout rollout;
    PpoTargets targets;
};

/// What experience is made of: completions with their scores [N], and the log-probabilities
/// [N, longest] of the policy that sampled them. ended: by a stop token.
struct PpoSamples {
    std::vector<TokenIds> prompts;
    std::vector<TokenIds> completions;
    at::Tensor lengths;  ///< [N] int64: tokens that count, the stop token included
    at::Tensor ended;    ///< [N] bool
    at::Tensor logprobs;
    at::Tensor scores;
};

struct PpoModels {
    Decoder& policy;
    Decoder& value;
    const Decoder& reference;
    std::vector<std::int64_t> suppressed_ids;
};

/// Reference log-probabilities, values, rewards, advantages and returns of the samples, at most
/// rows_at_once of them in a forward pass. width: R.
Result<PpoExperience> make_experience(PpoSamples samples, const PpoModels& models,
                                      const PpoConfig& config, double temperature,
                                      std::int64_t width, std::int64_t rows_at_once,
                                      const std::stop_token& stop);

struct PpoUpdateResult {
    std::map<std::string, double> metrics;  ///< of ppo_loss(), and loss
    GradientNorm grad_norm;
    TokenRatios ratios = {};  ///< [rows, R], in the order of the rows
};

/// One update on the given rows of the experience, cut into micro-batches of at most rows_at_once
/// rows whose losses are averaged.
Result<PpoUpdateResult> update_on_rows(const PpoExperience& experience,
                                       std::span<const std::int64_t> rows, const PpoModels& models,
                                       AdamW& policy_optimizer, AdamW& value_optimizer,
                                       const PpoConfig& config, double temperature,
                                       double learning_rate, double max_grad_norm,
                                       std::int64_t rows_at_once, const std::stop_token& stop);

}  // namespace plumb
