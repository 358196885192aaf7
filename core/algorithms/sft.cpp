// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/sft.h"

namespace plumb {

LossResult sft_loss(const TokenLogprobs& tokens, const at::Tensor& argmax, double num_items,
                    SftLossType type) {
    at::Tensor per_token = tokens.logprobs;
    if (type == SftLossType::dft) per_token = per_token * per_token.detach().exp();
    const double count = static_cast<double>(std::max<std::int64_t>(1, argmax.numel()));
    LossResult result;
    result.loss = -per_token.sum() / num_items;
    result.metrics["entropy"] = tokens.entropy.detach().sum().item<double>() / count;
    result.metrics["mean_token_accuracy"] = argmax.sum().item<double>() / count;
    return result;
}

}  // namespace plumb
