// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/kl.h"

namespace plumb {

at::Tensor kl_k1(const at::Tensor& logprobs, const at::Tensor& ref_logprobs) {
    return logprobs - ref_logprobs;
}

at::Tensor kl_k3(const at::Tensor& logprobs, const at::Tensor& ref_logprobs) {
    const at::Tensor difference = ref_logprobs - logprobs;
    return difference.exp() - difference - 1;
}

at::Tensor kl_estimate(const at::Tensor& logprobs, const at::Tensor& ref_logprobs,
                       KlEstimator estimator) {
    return estimator == KlEstimator::k1 ? kl_k1(logprobs, ref_logprobs)
                                        : kl_k3(logprobs, ref_logprobs);
}

}  // namespace plumb
