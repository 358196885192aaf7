// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "algorithms/loss.h"

namespace plumb {

// REINFORCE with leave-one-out baselines (Ahmadian et al. 2024, Back to Basics), as TRL 1.16's
// RLOOTrainer: the KL is part of the reward, and a completion is one action.

struct RlooConfig {
    double beta = 0.05;                 ///< price of a nat of a completion's KL
    bool normalize_advantages = false;  ///< over the batch, to mean 0 and spread 1
    double epsilon = 0.2;               ///< the sequence's ratio is clipped at 1 - epsilon ...
    double epsilon_high = 0.2;          ///< ... and 1 + epsilon_high
    /// Rewards are brought into this range before the KL is taken off.
    std::optional<std::pair<double, double>> reward_clip_range;
};

struct RlooAdvantages {
    at::Tensor rewards;     ///< [N] clipped, less beta * KL; NaN where there is none
    at::Tensor advantages;  ///< [N]; 0 where the reward is NaN or no other of the group has one
    double kl = 0;  ///< mean over completions of their summed KL (k1); 0 without a reference
};

/// A_i = R'_i - mean of the others of its group. rewards [N], NaN for a missing one; rows of a
/// group of num_generations (2 or more) stand together. kl_sums [N] is the sum over tokens of
/// old_logprobs - ref_logprobs, or undefined where beta is 0. No gradient.
RlooAdvantages rloo_advantages(const at::Tensor& rewards, const at::Tensor& kl_sums,
                               std::int64_t num_generations, const RlooConfig& config);

/// One micro-batch of completions, [B, T] each unless said. Values off the mask are ignored.
struct RlooBatch {
    at::Tensor logprobs;      ///< of the policy, with gradient
    at::Tensor old_logprobs;  ///< of the policy that sampled; undefined: detach(logprobs), ratio 1
    at::Tensor mask;          ///< 0 and 1, of logprobs' dtype
    at::Tensor advantages;    ///< [B]
    at::Tensor entropy;       ///< for the metric of that name; may be undefined
};

/// Mean over rows of -min(w A, clip(w, 1 - epsilon, 1 + epsilon_high) A), where w is the ratio of
/// the whole completion, exp(sum of logp - old). Metrics: entropy, clip_ratio/low_mean,
/// clip_ratio/high_mean, clip_ratio/region_mean (shares of rows).
LossResult rloo_loss(const RlooBatch& batch, const RlooConfig& config);

}  // namespace plumb
