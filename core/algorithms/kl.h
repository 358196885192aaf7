// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

namespace plumb {

// Estimators of KL(policy || reference) from tokens that the policy sampled (Schulman 2020,
// "Approximating KL divergence"). Inputs and result have one shape; differentiable in both inputs.

enum class KlEstimator {
    k1,  ///< logp - ref: unbiased, of either sign
    k3,  ///< exp(ref - logp) - 1 - (ref - logp): unbiased, never negative, less spread
};

at::Tensor kl_k1(const at::Tensor& logprobs, const at::Tensor& ref_logprobs);
at::Tensor kl_k3(const at::Tensor& logprobs, const at::Tensor& ref_logprobs);
at::Tensor kl_estimate(const at::Tensor& logprobs, const at::Tensor& ref_logprobs,
                       KlEstimator estimator);

}  // namespace plumb
