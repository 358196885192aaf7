// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/rloo.h"

#include "algorithms/advantages.h"
#include "algorithms/reductions.h"
#include "base/check.h"

namespace plumb {

RlooAdvantages rloo_advantages(const at::Tensor& rewards, const at::Tensor& kl_sums,
                               std::int64_t num_generations, const RlooConfig& config) {
    PLUMB_CHECK(num_generations > 1 && rewards.numel() > 0 && rewards.dim() == 1 &&
                    rewards.size(0) % num_generations == 0,
                "rewards [N] must be whole groups of two or more");
    at::NoGradGuard no_gradient;
    RlooAdvantages result;
    result.rewards = rewards;
    if (config.reward_clip_range)
        result.rewards =
            result.rewards.clamp(config.reward_clip_range->first, config.reward_clip_range->second);
    if (kl_sums.defined()) {
        result.rewards = result.rewards - config.beta * kl_sums;
        result.kl = kl_sums.mean().item<double>();
    }
    PLUMB_CHECK(kl_sums.defined() || config.beta == 0.0, "beta needs the KL to a reference");

    const at::Tensor grouped = result.rewards.view({-1, num_generations});
    const at::Tensor others = grouped.isnan().logical_not().sum(1, true) - 1;  // [groups, 1]
    const at::Tensor baseline = (grouped.nansum(1, true) - grouped) / others;
    // Where there is no other, the division is by 0 and the advantage is left at 0.
    at::Tensor advantages = at::where(others > 0, grouped - baseline, at::zeros_like(grouped))
                                .reshape({rewards.size(0)});
    if (config.normalize_advantages) {
        const at::Tensor scored = advantages.masked_select(advantages.isnan().logical_not());
        if (scored.numel() > 1)
            advantages = (advantages - scored.mean()) / (scored.std() + advantage_std_floor);
    }
    result.advantages = at::nan_to_num(advantages, 0.0);
    return result;
}

LossResult rloo_loss(const RlooBatch& batch, const RlooConfig& config) {
    const at::Tensor old =
        batch.old_logprobs.defined() ? batch.old_logprobs : batch.logprobs.detach();
    const at::Tensor log_ratio = ((batch.logprobs - old) * batch.mask).sum(1);  // [B]
    const at::Tensor ratio = log_ratio.exp();
    const double low = 1.0 - config.epsilon, high = 1.0 + config.epsilon_high;
    const at::Tensor& advantages = batch.advantages;
    LossResult result;
    result.loss = -at::min(ratio * advantages, ratio.clamp(low, high) * advantages).mean();

    const auto share = [&](const at::Tensor& flags) {
        return flags.to(ratio.scalar_type()).mean().item<double>();
    };
    const at::Tensor is_low = (ratio < low) & (advantages < 0);
    const at::Tensor is_high = (ratio > high) & (advantages > 0);
    result.ratios.log_ratio = log_ratio.detach().unsqueeze(1);
    result.ratios.clipped = (is_high.to(at::kChar) - is_low.to(at::kChar)).unsqueeze(1);
    result.metrics["clip_ratio/low_mean"] = share(is_low);
    result.metrics["clip_ratio/high_mean"] = share(is_high);
    result.metrics["clip_ratio/region_mean"] = share(is_low | is_high);
    if (batch.entropy.defined())
        result.metrics["entropy"] = masked_mean(batch.entropy.detach(), batch.mask).item<double>();
    return result;
}

}  // namespace plumb
