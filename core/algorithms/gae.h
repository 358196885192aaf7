// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

namespace plumb {

struct Gae {
    at::Tensor advantages;  ///< [B, R]
    at::Tensor returns;     ///< [B, R]: advantages + values, what the value function is to learn
};

/// Generalised advantage estimation (Schulman et al. 2016, eq. 16) over whole rows:
/// delta_t = r_t + gamma V_{t+1} - V_t with V_R = 0, A_t = delta_t + gamma lam A_{t+1}.
/// rewards and values [B, R] of one dtype, 0 where a row has ended. No gradient.
Gae generalized_advantages(const at::Tensor& rewards, const at::Tensor& values, double gamma,
                           double lam);

/// How much of the spread of the returns the values explain, over the mask:
/// 1 - Var(returns - values) / Var(returns). 1 is perfect, 0 no better than a constant, below 0
/// worse than one; NaN where the returns have no spread.
double explained_variance(const at::Tensor& values, const at::Tensor& returns,
                          const at::Tensor& mask);

}  // namespace plumb
