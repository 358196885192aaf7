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
    /// The rollout's values with their graph, for the first update; undefined: none was kept.
    at::Tensor differentiable_values = {};
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
/// rows_at_once of them in a forward pass. width: R. keep_graph: the first update takes all rows at
/// once and finds the value model as it is now, so that it needs no forward pass of its own.
Result<PpoExperience> make_experience(PpoSamples samples, const PpoModels& models,
                                      const PpoConfig& config, double temperature,
                                      std::int64_t width, std::int64_t rows_at_once,
                                      const std::stop_token& stop, bool keep_graph = false);

struct PpoUpdateResult {
    std::map<std::string, double> metrics;  ///< of ppo_loss(), and loss
    GradientNorm grad_norm;
    TokenRatios ratios = {};  ///< [rows, R], in the order of the rows
};

/// One update on the given rows of the experience, cut into micro-batches of at most rows_at_once
/// rows whose losses are averaged. Of the two models one at a time has its activations in memory.
Result<PpoUpdateResult> update_on_rows(PpoExperience& experience,
                                       std::span<const std::int64_t> rows, const PpoModels& models,
                                       AdamW& policy_optimizer, AdamW& value_optimizer,
                                       const PpoConfig& config, double temperature,
                                       double learning_rate, double max_grad_norm,
                                       std::int64_t rows_at_once, const std::stop_token& stop);

}  // namespace plumb
