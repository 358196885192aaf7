// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/reductions.h"

namespace plumb {

at::Tensor masked_mean(const at::Tensor& values, const at::Tensor& mask) {
    return (values * mask).sum() / mask.sum().clamp_min(1);
}

at::Tensor masked_row_mean(const at::Tensor& values, const at::Tensor& mask) {
    return (values * mask).sum(-1) / mask.sum(-1).clamp_min(1);
}

at::Tensor masked_variance(const at::Tensor& values, const at::Tensor& mask) {
    const at::Tensor centred = (values - masked_mean(values, mask)) * mask;
    return centred.square().sum() / (mask.sum() - 1).clamp_min(1);
}

at::Tensor masked_whiten(const at::Tensor& values, const at::Tensor& mask, bool keep_mean) {
    const at::Tensor mean = masked_mean(values, mask);
    at::Tensor whitened = (values - mean) * (masked_variance(values, mask) + 1e-8).rsqrt();
    if (keep_mean) whitened = whitened + mean;
    return whitened * mask;
}

}  // namespace plumb
