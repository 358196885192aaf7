// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/kl.h"
#include "algorithms/loss.h"

namespace plumb {

// PPO on language models with a learned value function (Schulman et al. 2017; Ziegler et al. 2019;
// Huang et al. 2024, The N+ Implementation Details of RLHF with PPO), as TRL 1.12's PPOTrainer.
//
// R is the number of response positions. Position t stands for the t-th token of the response and
// for the state before it. A row of n tokens, its stop token included, has log-probabilities at
// t < n and values at t <= n: the reward model's score comes at t = n, one past the last token,
// where n < R. So that every row finds this place, R is the sampling limit, or one more than the
// longest response.

struct PpoConfig {
    double kl_coef = 0.05;  ///< price of a nat of KL in the reward
    KlEstimator kl_estimator = KlEstimator::k1;
    double gamma = 1.0;
    double lam = 0.95;
    bool whiten_rewards = false;  ///< to unit spread, the mean kept
    /// Taken off the score of a response that did not end by itself; positive.
    std::optional<double> missing_eos_penalty;
    double cliprange = 0.2;        ///< of the ratio, around 1
    double cliprange_value = 0.2;  ///< of the new value, around the old one
    double vf_coef = 0.1;          ///< weight of the value loss
};

/// What a rollout measured, by the policy and values that sampled it. float32 unless said.
struct PpoRollout {
    at::Tensor logprobs;      ///< [B, R]; used at t < length
    at::Tensor ref_logprobs;  ///< [B, R]; used at t < length
    at::Tensor values;        ///< [B, R]; used at t <= length
    at::Tensor scores;        ///< [B] of the reward model
    at::Tensor lengths;       ///< [B] int64: tokens of the response, stop token included
    at::Tensor ended;         ///< [B] bool: by a stop token
};

/// Which positions count, [B, R], of the given dtype.
struct PpoMasks {
    at::Tensor tokens;  ///< 1 at t < length
    at::Tensor values;  ///< 1 at t <= length
};

PpoMasks ppo_masks(const at::Tensor& lengths, std::int64_t width, at::ScalarType dtype);

/// What the updates on a rollout aim at. [B, R] unless said; 0 off the masks.
struct PpoTargets {
    PpoMasks masks;
    at::Tensor values;          ///< the rollout's, masked
    at::Tensor scores;          ///< [B] after the penalty
    at::Tensor kl;              ///< estimate a token
    at::Tensor raw_rewards;     ///< -kl_coef kl, and the score at its place
    at::Tensor rewards;         ///< whitened, if asked for
    at::Tensor raw_advantages;  ///< of generalized_advantages(), before whitening and masking
    at::Tensor returns;         ///< raw_advantages + values, not masked
    at::Tensor advantages;      ///< whitened over the tokens of the whole rollout
    std::map<std::string, double> metrics;
};

/// Rewards, advantages and returns of a rollout. Means over rows in metrics: objective/kl and
/// objective/entropy (sums over a row's tokens, nats), objective/non_score_reward,
/// objective/scores, objective/rlhf_reward; val/num_eos_tokens (rows that ended);
/// val/explained_variance (left out where the returns have no spread).
PpoTargets ppo_targets(const PpoRollout& rollout, const PpoConfig& config);

/// One minibatch of a rollout under the policy and values being trained: rows of the same
/// tensors, [B, R] each.
struct PpoBatch {
    at::Tensor logprobs;      ///< of the policy, with gradient
    at::Tensor old_logprobs;  ///< of the rollout
    at::Tensor values;        ///< with gradient
    at::Tensor old_values;    ///< of the targets
    at::Tensor advantages;
    at::Tensor returns;
    PpoMasks masks;
    at::Tensor entropy;  ///< of the policy's distributions; undefined: not among the metrics
    /// Where entropy was computed; undefined: everywhere, after the end of a response too (TRL).
    at::Tensor entropy_mask;
};

/// The rows of a rollout as a minibatch; the trained tensors and entropy are left to the caller.
/// rows [M] int64.
PpoBatch ppo_rows(const PpoRollout& rollout, const PpoTargets& targets, const at::Tensor& rows);

/// loss = policy loss + vf_coef * value loss, with w = exp(logp - old):
/// policy: mean over tokens of max(-A w, -A clip(w, 1 - cliprange, 1 + cliprange));
/// value: half the mean over value positions of the larger of (v - ret)^2 and the same with v
/// clipped to within cliprange_value of the old value.
/// Metrics: loss/policy_avg, loss/value_avg, policy/clipfrac_avg, val/clipfrac_avg (shares of
/// positions where the clipped term is the larger one), policy/approxkl_avg (half the mean squared
/// difference of log-probabilities) and val/ratio over all B R positions, as TRL has them;
/// policy/entropy_avg.
LossResult ppo_loss(const PpoBatch& batch, const PpoConfig& config);
/// Its two addends with their metrics, of which each model has its own: what the policy's needs is
/// all but the values, the other, vf_coef * value loss, needs no log-probabilities.
LossResult ppo_policy_loss(const PpoBatch& batch, const PpoConfig& config);
LossResult ppo_value_loss(const PpoBatch& batch, const PpoConfig& config);

/// The metrics of all minibatches of a rollout as one step's: means of each, and val/ratio_var, the
/// variance (n - 1) of their val/ratio where there are two or more.
std::map<std::string, double> ppo_step_metrics(
    const std::vector<std::map<std::string, double>>& minibatches);

}  // namespace plumb
