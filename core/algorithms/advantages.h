// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <ATen/ATen.h>

namespace plumb {

/// Added to every standard deviation that advantages are divided by (TRL): keeps groups without
/// spread finite.
inline constexpr double advantage_std_floor = 1e-4;

enum class RewardScaling { group, batch, none };
enum class RewardAggregation { sum_then_normalize, normalize_then_sum };

struct GroupAdvantages {
    at::Tensor rewards;     ///< [N] weighted sums; NaN where no function had a value
    at::Tensor advantages;  ///< [N]; 0 where the reward is NaN
    double reward_mean = 0;
    double reward_std = 0;  ///< over the batch, n - 1
    /// Share of groups without spread; with RewardScaling::batch or normalize_then_sum it judges
    /// the whole batch and is 0 or 1 (TRL).
    double frac_reward_zero_std = 0;
    /// Share of groups without spread at the batch's largest reward: all right. In a batch whose
    /// rewards are all the same, right is what is above 0.
    double frac_all_best = 0;
    double frac_all_worst = 0;  ///< the other groups without spread: all wrong
};

/// The weighted sum of each row's rewards [N, K], a missing value (NaN) left out; NaN where no
/// function had a value. weights [K]. [N].
at::Tensor weighted_rewards(const at::Tensor& rewards_per_function, const at::Tensor& weights);

/// Group-relative advantages (Shao et al. 2024, DeepSeekMath, eq. 21 ff.; TRL 1.16).
/// rewards_per_function [N, K], NaN for a missing value; weights [K]; rows of a group of
/// num_generations stand together. Differences to the group's mean, divided by (std + 1e-4) of the
/// group, of the batch, or not. normalize_then_sum normalises each function within the group, sums
/// with the weights, then normalises over the batch.
GroupAdvantages group_advantages(const at::Tensor& rewards_per_function, const at::Tensor& weights,
                                 std::int64_t num_generations, RewardScaling scaling,
                                 RewardAggregation aggregation);

}  // namespace plumb
