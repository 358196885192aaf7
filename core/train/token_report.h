// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "train/checkpoint.h"
#include "train/trainer.h"

namespace plumb {

/// What a trainer knows of the tokens of N completions of at most T tokens, on any device. [N, T],
/// or [N, 1] for what all tokens of a completion share; undefined: not measured.
struct TokenColumns {
    at::Tensor logprobs = {};      ///< of the policy that sampled
    at::Tensor ref_logprobs = {};  ///< of the reference, at the temperature that was sampled at
    TokenRatios ratios = {};       ///< of the last pass of an update over the completions
    at::Tensor advantages = {};
    at::Tensor values = {};  ///< of the states before the tokens
};

/// One element for each completion. rows: their places in their step.
std::vector<MeasuredTokens> measured_tokens(const Tokenizer& tokenizer,
                                            const std::vector<TokenIds>& completions,
                                            const std::vector<std::int64_t>& rows,
                                            const TokenColumns& columns);

/// Hands the tokens of a step's completions to the monitor, where it wants them. rows: which of the
/// step's completions these are.
void report_tokens(const TrainerInputs& inputs, std::int64_t step,
                   const std::vector<TokenIds>& completions, const std::vector<std::int64_t>& rows,
                   const TokenColumns& columns);

/// The same for the micro-batch of the rollout that was trained on last.
void report_last_slice(const TrainerInputs& inputs, const RolloutInUse& rollout);

}  // namespace plumb
