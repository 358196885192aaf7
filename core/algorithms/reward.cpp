// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/reward.h"

#include "base/check.h"

namespace plumb {

LossResult reward_loss(const RewardBatch& batch, const RewardLossConfig& config) {
    PLUMB_CHECK(batch.chosen.dim() == 1 && batch.chosen.sizes() == batch.rejected.sizes(),
                "chosen and rejected scores [B] expected");
    const at::Tensor lead = batch.chosen - batch.rejected;
    LossResult result;
    result.loss = -at::log_sigmoid(batch.margin.defined() ? lead - batch.margin : lead).mean();
    if (config.center_rewards_coefficient)
        result.loss = result.loss + *config.center_rewards_coefficient *
                                        (batch.chosen + batch.rejected).square().mean();

    const at::Tensor rewards = at::cat({batch.chosen, batch.rejected}).detach();
    result.metrics["accuracy"] = (lead > 0).to(rewards.scalar_type()).mean().item<double>();
    result.metrics["margin"] = lead.detach().mean().item<double>();
    result.metrics["min_reward"] = rewards.min().item<double>();
    result.metrics["mean_reward"] = rewards.mean().item<double>();
    result.metrics["max_reward"] = rewards.max().item<double>();
    return result;
}

}  // namespace plumb
