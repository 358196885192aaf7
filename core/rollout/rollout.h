// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "model/decoder.h"

namespace plumb {

struct SamplingSettings {
    double temperature = 1.0;  ///< 0: greedy
    std::int64_t top_k = 0;    ///< 0: off
    double top_p = 1.0;
    double min_p = 0.0;
    double repetition_penalty = 1.0;  ///< over prompt and completion, before the temperature
    std::int64_t max_new_tokens = 16;
    std::vector<std::int64_t> eos_ids;         ///< a row ends after one of these
    std::vector<std::int64_t> suppressed_ids;  ///< never sampled, and no part of the distribution
};

/// Names the draws of one rollout: each uniform number depends on (seed, step, row, position)
/// alone, where row counts all completions of the rollout.
struct DrawKey {
    std::uint64_t seed = 0;
    std::uint64_t step = 0;
    std::uint64_t first_row = 0;
};

/// Completions of prompts. Rows of one prompt stand together: row = prompt * per_prompt + i.
struct Rollout {
    at::Tensor
        completion_ids;  ///< [N, T] int64, padded on the right with pad_id; T: the longest row
    at::Tensor mask;     ///< [N, T] float32, 1 up to and with the end token
    /// [N, T] float32, 0 off the mask: of the distribution of the temperature (1 when greedy) over
    /// all ids that are not suppressed, before the penalty, top-k, top-p and min-p.
    at::Tensor logprobs;
    std::vector<std::int64_t> lengths;  ///< tokens, the end token included
    std::vector<bool> ended;            ///< false: cut at max_new_tokens
    std::int64_t prompt_tokens = 0;     ///< positions prefilled, each prompt counted once
};

/// A token that was just drawn, and what it was drawn from.
struct DrawnToken {
    std::int64_t row = 0;
    std::int64_t position = 0;  ///< within the completion
    std::int64_t id = 0;
    float logprob = 0;              ///< as Rollout::logprobs
    std::span<const float> logits;  ///< [V], of the model; gone after the call
};
/// Told every token in the order of positions, on the thread that generates.
using TokenWatcher = std::function<void(const DrawnToken&)>;

/// Samples per_prompt completions of every prompt. Each prompt is prefilled once; rows that ended
/// are dropped. Looks at the stop token before every token: ErrorCode::cancelled. Prompts must not
/// be empty, and prompt + max_new_tokens must fit max_position_embeddings (else invalid_input).
Result<Rollout> generate(const Decoder& model,
                         const std::vector<std::vector<std::int64_t>>& prompts,
                         std::int64_t per_prompt, const SamplingSettings& sampling,
                         const DrawKey& key, std::int64_t pad_id, const std::stop_token& stop,
                         const TokenWatcher& watch = {});

/// The probabilities that are left after temperature, top-k, top-p and min-p, in that order.
/// logits [V] float32; returns [V] float32.
at::Tensor sampling_distribution(const at::Tensor& logits, const SamplingSettings& sampling);

}  // namespace plumb
