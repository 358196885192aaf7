// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/advantages.h"

#include <cmath>
#include <limits>

#include "base/check.h"

namespace plumb {
namespace {

/// Standard deviation with n - 1 over the dimension, NaN left out; NaN where fewer than two values
/// are left. Keeps the dimension.
at::Tensor nan_std(const at::Tensor& values, std::int64_t dim) {
    const at::Tensor count = values.isnan().logical_not().sum(dim, true).to(values.scalar_type());
    const at::Tensor centred = values - values.nanmean(dim, true);
    const at::Tensor variance = centred.square().nansum(dim, true) / (count - 1);
    return at::where(count > 1, variance, std::numeric_limits<double>::quiet_NaN()).sqrt();
}

at::Tensor weighted_sum(const at::Tensor& per_function, const at::Tensor& weights,
                        const at::Tensor& unscored) {
    return (per_function * weights.unsqueeze(0))
        .nansum(1)
        .masked_fill(unscored, std::numeric_limits<double>::quiet_NaN());
}

/// As torch.isclose(x, 0): NaN is not close.
at::Tensor is_zero(const at::Tensor& x) { return x.abs() <= 1e-8; }

/// The share of groups without spread, split by whether they stand at the best reward of the batch.
void count_groups_without_spread(const at::Tensor& grouped_rewards, GroupAdvantages& result) {
    const at::Tensor flat = is_zero(nan_std(grouped_rewards, 1).squeeze(1));
    const double best = at::nan_to_num(grouped_rewards, -INFINITY).max().item<double>();
    const double worst = at::nan_to_num(grouped_rewards, INFINITY).min().item<double>();
    const at::Tensor means = grouped_rewards.nanmean(1);
    const at::Tensor is_best = best - worst > 1e-8 ? means >= best - 1e-8 : means > 0;
    const double groups = static_cast<double>(grouped_rewards.size(0));
    result.frac_all_best = (flat & is_best).sum().item<double>() / groups;
    result.frac_all_worst = flat.sum().item<double>() / groups - result.frac_all_best;
}

}  // namespace

at::Tensor weighted_rewards(const at::Tensor& rewards_per_function, const at::Tensor& weights) {
    return weighted_sum(rewards_per_function, weights, rewards_per_function.isnan().all(1));
}

GroupAdvantages group_advantages(const at::Tensor& rewards_per_function, const at::Tensor& weights,
                                 std::int64_t num_generations, RewardScaling scaling,
                                 RewardAggregation aggregation) {
    const std::int64_t n = rewards_per_function.size(0), functions = rewards_per_function.size(1);
    PLUMB_CHECK(n > 0 && n % num_generations == 0, "rows must be whole groups");
    const at::Tensor unscored = rewards_per_function.isnan().all(1);

    GroupAdvantages result;
    result.rewards = weighted_rewards(rewards_per_function, weights);
    const at::Tensor grouped = result.rewards.view({-1, num_generations});

    at::Tensor std;  // what zero spread is judged by, one value a row
    if (aggregation == RewardAggregation::sum_then_normalize) {
        std = scaling == RewardScaling::batch
                  ? nan_std(result.rewards, 0).expand({n})
                  : nan_std(grouped, 1).expand({-1, num_generations}).reshape({n});
        result.advantages = (grouped - grouped.nanmean(1, true)).view({n});
        if (scaling != RewardScaling::none)
            result.advantages = result.advantages / (std + advantage_std_floor);
    } else {
        const at::Tensor by_group = rewards_per_function.view({-1, num_generations, functions});
        const at::Tensor normalised =
            (by_group - by_group.nanmean(1, true)) / (nan_std(by_group, 1) + advantage_std_floor);
        const at::Tensor sums = weighted_sum(normalised.view({n, functions}), weights, unscored);
        std = nan_std(sums, 0).expand({n});
        result.advantages = (sums - sums.nanmean()) / (std + advantage_std_floor);
    }
    result.advantages = at::nan_to_num(result.advantages, 0.0);

    result.reward_mean = result.rewards.nanmean().item<double>();
    result.reward_std = nan_std(result.rewards, 0).item<double>();
    result.frac_reward_zero_std = is_zero(std).sum().item<double>() / static_cast<double>(n);
    count_groups_without_spread(grouped, result);
    return result;
}

}  // namespace plumb
