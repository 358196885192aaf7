// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/reductions.h"

namespace plumb {

at::Tensor masked_mean(const at::Tensor& values, const at::Tensor& mask) {
    return (values * mask).sum() / mask.sum().clamp_min(1);
}

at::Tensor masked_row_mean(const at::Tensor& values, const at::Tensor& mask) {
    return (values * mask).sum(-1) / mask.sum(-1).clamp_min(1);
}

}  // namespace plumb
