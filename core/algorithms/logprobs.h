// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/ATen.h>

namespace plumb {

/// Log-probability of one id a row, and the entropy of each row's distribution.
struct TokenLogprobs {
    at::Tensor logprobs;  ///< [N], of logits' dtype
    at::Tensor entropy;   ///< [N], in nats
};

/// log softmax(logits / temperature) at ids. logits [N, V] float32 or float64, ids [N] int64.
/// Suppressed ids take no part in the distribution. Both outputs are differentiable in logits;
/// one pass over the logits forward and one backward, nothing of size [N, V] is kept besides them.
TokenLogprobs token_logprobs(const at::Tensor& logits, const at::Tensor& ids,
                             double temperature = 1.0,
                             const std::vector<std::int64_t>& suppressed_ids = {});

/// Whether the id is the most probable one, ties going to the first: [N] bool, no gradient.
at::Tensor is_argmax(const at::Tensor& logits, const at::Tensor& ids);

/// log sum_v p_v^2 of each row of logits [N, V]: the logarithm of the probability that two draws
/// agree, which WPO measures tokens by. Options as in token_logprobs(). [N], no gradient.
at::Tensor log_collision_probability(const at::Tensor& logits, double temperature = 1.0,
                                     const std::vector<std::int64_t>& suppressed_ids = {});

}  // namespace plumb
