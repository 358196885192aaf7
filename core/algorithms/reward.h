// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "algorithms/loss.h"

namespace plumb {

struct RewardLossConfig {
    /// c of c mean((r_c + r_r)^2), which keeps rewards around 0; about 0.01 where it is used.
    std::optional<double> center_rewards_coefficient;
};

/// Scores of preference pairs, [B] each.
struct RewardBatch {
    at::Tensor chosen;    ///< with gradient
    at::Tensor rejected;  ///< with gradient
    at::Tensor margin;    ///< by how much chosen ought to lead; undefined: 0
};

/// Bradley-Terry loss of a reward model, mean -log sigmoid(r_c - r_r - margin) (Ouyang et al. 2022,
/// InstructGPT, eq. 1; margin: Touvron et al. 2023, Decoder 2, eq. 2; centring: Eisenstein et al.
/// 2023), as TRL 1.16 RewardTrainer. Metrics: accuracy (share of pairs with r_c > r_r), margin
/// (mean r_c - r_r), min_reward, mean_reward, max_reward (over chosen and rejected).
LossResult reward_loss(const RewardBatch& batch, const RewardLossConfig& config);

}  // namespace plumb
