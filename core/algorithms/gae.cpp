// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/gae.h"

#include <limits>

#include "algorithms/reductions.h"
#include "base/check.h"

namespace plumb {

Gae generalized_advantages(const at::Tensor& rewards, const at::Tensor& values, double gamma,
                           double lam) {
    PLUMB_CHECK(rewards.dim() == 2 && rewards.sizes() == values.sizes(),
                "rewards and values [B, R] expected");
    at::NoGradGuard no_gradient;
    const std::int64_t width = rewards.size(1);
    Gae result{at::zeros_like(rewards), {}};
    at::Tensor next_value = at::zeros({rewards.size(0)}, rewards.options());
    at::Tensor next_advantage = next_value;
    for (std::int64_t t = width - 1; t >= 0; --t) {
        const at::Tensor value = values.select(1, t);
        const at::Tensor delta = rewards.select(1, t) + gamma * next_value - value;
        next_advantage = delta + gamma * lam * next_advantage;
        next_value = value;
        result.advantages.select(1, t).copy_(next_advantage);
    }
    result.returns = result.advantages + values;
    return result;
}

double explained_variance(const at::Tensor& values, const at::Tensor& returns,
                          const at::Tensor& mask) {
    const double spread = masked_variance(returns, mask).item<double>();
    if (!(spread > 0)) return std::numeric_limits<double>::quiet_NaN();
    return 1.0 - masked_variance(returns - values, mask).item<double>() / spread;
}

}  // namespace plumb
