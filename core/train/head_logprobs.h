// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "algorithms/logprobs.h"
#include "model/decoder.h"

namespace plumb {

struct HeadOptions {
    double temperature = 1.0;
    std::vector<std::int64_t> suppressed_ids = {};
    /// Log-probabilities at this temperature as well.
    std::optional<double> second_temperature = {};
    bool argmax = false, mean_logits = false, log_collision = false;
    std::int64_t rows_at_once = 0;  ///< 0: logit_rows_at_once()
};

/// Undefined where it was not asked for. float32, or float64 of such a model.
struct HeadOutputs {
    TokenLogprobs tokens;      ///< [N] each, differentiable
    at::Tensor second;         ///< [N], at the second temperature, differentiable
    at::Tensor is_argmax;      ///< [N] bool, see is_argmax()
    at::Tensor mean_logits;    ///< [N], of all ids, no gradient
    at::Tensor log_collision;  ///< [N], see log_collision_probability(), at temperature 1
};

/// token_logprobs() of the model's logits at hidden states [N, hidden] and ids [N]. Where the
/// logits [N, V] are many they are made a slice of the rows at a time, and again in the pass
/// backwards, so that nothing of their size is ever in memory; where they are few, at once.
HeadOutputs head_logprobs(const Decoder& model, const at::Tensor& hidden, const at::Tensor& ids,
                          const HeadOptions& options = {});

}  // namespace plumb
