// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "algorithms/loss.h"
#include "algorithms/logprobs.h"

namespace plumb {

enum class SftLossType {
    nll,  ///< -sum log p / N
    dft,  ///< -sum stopgrad(p) log p / N (dynamic fine-tuning)
};

/// Supervised loss over scored tokens. tokens: log-probabilities and entropies of the N' labels of
/// this micro-batch, argmax [N'] from is_argmax; num_items: labels of the whole accumulation window.
/// Metrics: entropy, mean_token_accuracy (means over this micro-batch's labels).
/// TRL 1.16 SFTTrainer (compute_loss).
LossResult sft_loss(const TokenLogprobs& tokens, const at::Tensor& argmax, double num_items,
                    SftLossType type);

}  // namespace plumb
