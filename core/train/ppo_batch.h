// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "algorithms/ppo.h"
#include "config/settings.h"
#include "train/batches.h"

namespace plumb {

/// Completions on the grid of PpoRollout: width = R positions a row, of which a row of n tokens has
/// log-probabilities at t < n and values at t <= n, where there is room.
struct PpoRows {
    CompletionBatch batch;
    at::Tensor value_positions;  ///< [M] int64: places of states among the tokens
    at::Tensor value_slots;      ///< [M] int64: their places in the flattened [B width]
    std::int64_t width = 0;
};

PpoRows make_ppo_rows(const std::vector<TokenIds>& prompts,
                      const std::vector<TokenIds>& completions, std::int64_t width);

/// values [B, T] with zeros behind them, [B, width].
at::Tensor widened(const at::Tensor& values, std::int64_t width);

/// R for these completions: one more than the longest, but at most the sampling limit.
std::int64_t ppo_width(const std::vector<TokenIds>& completions, std::int64_t limit);

/// Log-probabilities and entropies of the rows' tokens, [B, width], 0 where there are none.
TokenLogprobs ppo_logprobs(const Decoder& policy, const PpoRows& rows, double temperature,
                           const std::vector<std::int64_t>& suppressed_ids);
/// Values of the rows' states, [B, width], 0 where there are none. value has a score head.
at::Tensor ppo_values(const Decoder& value, const PpoRows& rows);

/// The settings as the loss functions take them, with the KL price of the moment.
PpoConfig ppo_config(const Settings& settings, double kl_coef);

}  // namespace plumb
