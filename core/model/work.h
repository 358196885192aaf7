// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "model/config.h"

namespace plumb {

struct TokenTree;

/// What models were used for: tokens without padding, and floating-point operations as they follow
/// from the shapes that were computed, padding included.
struct Work {
    double generated_tokens = 0;  ///< sampled
    double scored_tokens = 0;     ///< through a forward pass alone: reference, rewards, values
    double trained_tokens = 0;    ///< through forward and backward; again for every pass and model
    double flops = 0;

    Work& operator+=(const Work& other);
    friend Work operator-(Work a, const Work& b);
};

/// What the calling thread's models have done since the thread began. A trainer takes the
/// difference over a step.
Work& work_done();

/// Whether the last layer is finished at the wanted places alone: choosing them must pay.
constexpr bool narrows_last_layer(std::int64_t places, std::int64_t tokens) {
    return 10 * places <= 9 * tokens;
}

/// Operations of a forward pass over rows of `length` positions: two for each weight of a matrix
/// product, attention over what a causal mask leaves, the head at head_positions. A backward pass
/// costs twice that.
double forward_flops(const ModelConfig& config, std::int64_t rows, std::int64_t length,
                     std::int64_t head_positions);
/// The same of sequences, what they share counted once, and of the last layer what
/// hidden_states_at() leaves out where the head is applied.
double forward_flops(const ModelConfig& config, const TokenTree& tokens,
                     std::int64_t head_positions);
/// Operations of generation with a cache: each prompt once, then its completions token by token.
/// lengths: of the completions, per_prompt of them for each prompt.
double generation_flops(const ModelConfig& config, const std::vector<std::int64_t>& prompt_lengths,
                        const std::vector<std::int64_t>& lengths, std::int64_t per_prompt);

}  // namespace plumb
