// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The parts of dpo_loss(); internal to this folder.

#include "algorithms/dpo.h"

namespace plumb {

/// What the losses are made of, [B] each unless said.
struct PairTerms {
    at::Tensor chosen_logratios, rejected_logratios;  ///< policy - reference
    at::Tensor chosen_scores, rejected_scores;        ///< the same under the f-divergence
    at::Tensor chosen_lengths, rejected_lengths;      ///< completion tokens, at least 1
    at::Tensor policy_margins, ref_margins;           ///< chosen - rejected
    at::Tensor chosen_nll;                            ///< scalar: mean over all chosen tokens
};

/// exp of at most 80, which leaves float32 room for sums and products.
at::Tensor bounded_exp(const at::Tensor& x);

/// The derivative of f at the ratio whose logarithm is given, up to a constant: what takes the
/// log-ratio's place in the losses under another divergence than reverse KL.
at::Tensor divergence_scores(const at::Tensor& logratios, const DpoLossConfig& config);

/// Whether the loss is made of the difference of scores and so has a form for any divergence.
bool supports_divergences(DpoLossType type);

/// The loss of each pair, [B]; the sorted ones (aot) of each rank.
at::Tensor pair_losses(DpoLossType type, const PairTerms& terms, const DpoLossConfig& config);

}  // namespace plumb
