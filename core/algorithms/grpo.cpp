// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/grpo.h"

#include <cmath>

#include "algorithms/reductions.h"
#include "base/check.h"

namespace plumb {
namespace {

bool is_clipped_family(GrpoLossType type) {
    switch (type) {
        case GrpoLossType::grpo:
        case GrpoLossType::bnpo:
        case GrpoLossType::dr_grpo:
        case GrpoLossType::dapo:
        case GrpoLossType::luspo: return true;
        default: return false;
    }
}

/// Mean over tokens of [B, T] values; over rows where there is one value a row, [B, 1].
double mean_of(const at::Tensor& values, const at::Tensor& mask) {
    if (values.size(1) == 1) return values.mean().item<double>();
    return masked_mean(values, mask).item<double>();
}

/// Tokens whose entropy is at least the (1 - keep) quantile of this batch's tokens: [B, T].
at::Tensor high_entropy_mask(const at::Tensor& entropy, const at::Tensor& mask, double keep) {
    const at::Tensor on = mask > 0;
    const at::Tensor values = entropy.detach().masked_select(on);
    if (values.numel() == 0) return at::zeros_like(mask);
    const at::Tensor threshold = at::quantile(values, 1.0 - keep);
    return ((entropy.detach() >= threshold) & on).to(mask.scalar_type());
}

/// Rows to keep, [B, 1]: those with a non-negative advantage or a policy still near the one that
/// sampled them (DeepSeek-V3.2, off-policy sequence masking).
at::Tensor off_policy_keep(const GrpoBatch& batch, const at::Tensor& old, double threshold) {
    const at::Tensor drift = masked_row_mean(old - batch.logprobs.detach(), batch.mask);
    return ((batch.advantages >= 0) | (drift <= threshold))
        .to(batch.mask.scalar_type())
        .unsqueeze(1);
}

/// VESPO's weight of a sequence, [B, 1]: phi(W) = exp(lambda) W^k exp(-lambda W), no gradient.
at::Tensor vespo_phi(const at::Tensor& log_ratio, const at::Tensor& mask,
                     const at::Tensor& advantages, const GrpoLossConfig& config) {
    const at::Tensor sum = (log_ratio.detach().clamp(-20, 20) * mask).sum(1, true);
    const at::Tensor log_w = sum.clamp(std::log(1e-8), 20.0);
    const auto by_sign = [&](double positive, double negative) {
        return at::where(advantages >= 0, at::full_like(advantages, positive),
                         at::full_like(advantages, negative));
    };
    const at::Tensor k = by_sign(config.vespo_k_pos, config.vespo_k_neg);
    const at::Tensor lambda =
        by_sign(config.vespo_lambda_pos, config.vespo_lambda_neg).clamp_min(1e-4);
    return (lambda + k * log_w - lambda * log_w.exp()).exp();
}

/// The policy term of each token before masks and KL; metrics and flags of its clipping go to the
/// result.
at::Tensor policy_term(const GrpoBatch& batch, const GrpoLossConfig& config,
                       const at::Tensor& ratio, const at::Tensor& log_ratio, LossResult& result) {
    auto& metrics = result.metrics;
    const at::Tensor advantages = batch.advantages.unsqueeze(1);  // [B, 1]
    const at::Tensor& mask = batch.mask;
    const auto share = [&](const at::Tensor& flags) {
        return mean_of(flags.to(mask.scalar_type()), mask);
    };

    if (is_clipped_family(config.loss_type)) {
        const at::Tensor clipped = ratio.clamp(1 - config.epsilon, 1 + config.epsilon_high);
        const at::Tensor capped = config.delta ? ratio.clamp_max(*config.delta) : ratio;
        const at::Tensor low = (capped < 1 - config.epsilon) & (advantages < 0);
        const at::Tensor high = (capped > 1 + config.epsilon_high) & (advantages > 0);
        const auto row_share = [&](const at::Tensor& flags) {  // NaN for rows without tokens
            const at::Tensor numbers = flags.to(mask.scalar_type());
            return numbers.size(1) == 1 ? numbers.squeeze(1)
                                        : (numbers * mask).sum(1) / mask.sum(1);
        };
        result.ratios.clipped = high.to(at::kChar) - low.to(at::kChar);
        metrics["clip_ratio/low_mean"] = share(low);
        metrics["clip_ratio/high_mean"] = share(high);
        metrics["clip_ratio/region_mean"] = share(low | high);
        metrics["clip_ratio/low_min"] = at::nan_to_num(row_share(low), 1.0).min().item<double>();
        metrics["clip_ratio/high_max"] = at::nan_to_num(row_share(high), 0.0).max().item<double>();
        return -at::min(capped * advantages, clipped * advantages);
    }
    switch (config.loss_type) {
        case GrpoLossType::cispo: {
            const at::Tensor high = (ratio > config.epsilon_high) & (advantages > 0);
            result.ratios.clipped = high.to(at::kChar);
            metrics["cispo_clip_ratio"] = share(high);
            return -ratio.clamp_max(config.epsilon_high).detach() * advantages * batch.logprobs;
        }
        case GrpoLossType::sapo: {
            const at::Tensor tau =
                at::where(advantages > 0, at::full_like(advantages, config.sapo_temperature_pos),
                          at::full_like(advantages, config.sapo_temperature_neg));
            return -at::sigmoid(tau * (ratio - 1)) * 4 / tau * advantages;
        }
        case GrpoLossType::vespo: {
            const at::Tensor phi = vespo_phi(log_ratio, mask, advantages, config);
            metrics["vespo/phi_seq_mean"] = mean_of(phi, mask);
            return -phi * advantages * batch.logprobs;
        }
        default: PLUMB_CHECK(false, "a loss type without a policy term");
    }
}

struct Aggregated {
    at::Tensor loss;    ///< divided by the accumulation steps
    double before = 0;  ///< TRL's policy_loss: without that division
};

Aggregated aggregate(const at::Tensor& per_token, const GrpoBatch& batch, GrpoLossType type) {
    const at::Tensor masked = per_token * batch.mask;
    const double accumulation = static_cast<double>(batch.accumulation);
    const auto divided = [&](const at::Tensor& loss) {
        return Aggregated{loss / accumulation, loss.item<double>()};
    };
    switch (type) {
        case GrpoLossType::grpo:
        case GrpoLossType::sapo: return divided(masked_row_mean(per_token, batch.mask).mean());
        case GrpoLossType::bnpo: return divided(masked_mean(per_token, batch.mask));
        case GrpoLossType::dr_grpo:
            PLUMB_CHECK(batch.max_completion_length > 0, "dr_grpo needs max_completion_length");
            return divided(masked.sum() / (batch.mask.size(0) * batch.max_completion_length));
        case GrpoLossType::luspo: return divided(masked.sum(1).mean());
        case GrpoLossType::dapo:
        case GrpoLossType::cispo:
        case GrpoLossType::vespo: {
            const double items = batch.num_items >= 0
                                     ? batch.num_items
                                     : batch.mask.sum().item<double>() * accumulation;
            const at::Tensor loss = masked.sum() / std::max(1.0, items);
            return {loss, loss.item<double>()};
        }
    }
    PLUMB_CHECK(false, "unknown loss type");
}

}  // namespace

LossResult grpo_loss(const GrpoBatch& batch, const GrpoLossConfig& config) {
    LossResult result;
    const at::Tensor& mask = batch.mask;
    const at::Tensor old =
        batch.old_logprobs.defined() ? batch.old_logprobs : batch.logprobs.detach();

    const at::Tensor log_ratio = batch.logprobs - old;  // [B, T]
    const at::Tensor applied =                          // [B, T], or [B, 1] for sequences
        config.importance_sampling == ImportanceSampling::token
            ? log_ratio
            : masked_row_mean(log_ratio, mask).unsqueeze(1);
    const at::Tensor ratio = applied.exp();
    result.ratios.log_ratio = applied.detach();

    at::Tensor per_token = policy_term(batch, config, ratio, log_ratio, result);
    if (config.off_policy_mask_threshold)
        per_token = per_token * off_policy_keep(batch, old, *config.off_policy_mask_threshold);

    at::Tensor bonus_mask = mask;
    if (config.top_entropy_quantile < 1.0) {
        bonus_mask = high_entropy_mask(batch.entropy, mask, config.top_entropy_quantile);
        per_token = per_token * bonus_mask;
    }
    if (config.beta != 0.0) {
        PLUMB_CHECK(batch.ref_logprobs.defined(), "beta needs reference log-probabilities");
        at::Tensor kl = kl_k3(batch.logprobs, batch.ref_logprobs);
        if (config.use_bias_correction_kl) kl = kl * ratio;
        per_token = per_token + config.beta * kl;
        result.metrics["kl"] = mean_of(kl.detach(), mask);
        result.metrics["kl_max_token"] = (kl.detach() * mask).max().item<double>();
    }

    const Aggregated aggregated = aggregate(per_token, batch, config.loss_type);
    result.loss = aggregated.loss;
    if (config.entropy_coef != 0.0) {
        const at::Tensor bonus =
            masked_mean(batch.entropy, bonus_mask) / static_cast<double>(batch.accumulation);
        result.loss = result.loss - config.entropy_coef * bonus;
        result.metrics["entropy_coef"] = config.entropy_coef;
    }
    if (config.entropy_coef != 0.0 || config.report_policy_loss)
        result.metrics["policy_loss"] = aggregated.before;
    result.metrics["entropy"] = mean_of(batch.entropy.detach(), mask);
    return result;
}

}  // namespace plumb
