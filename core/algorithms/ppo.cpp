// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/ppo.h"

#include <cmath>

#include "algorithms/gae.h"
#include "algorithms/reductions.h"
#include "base/check.h"

namespace plumb {
namespace {

/// The score's place: one past the last token, or the last position. [B, R], one 1 in each row.
at::Tensor score_places(const at::Tensor& lengths, const PpoMasks& masks) {
    const std::int64_t width = masks.tokens.size(1);
    at::Tensor places = at::zeros_like(masks.tokens);
    return places.scatter_(1, lengths.clamp_max(width - 1).unsqueeze(1), 1.0);
}

double mean_number(const at::Tensor& values) { return values.mean().item<double>(); }

void add_objective(const PpoRollout& rollout, const PpoConfig& config, PpoTargets& targets) {
    const at::Tensor kl = targets.kl.sum(1);  // [B]
    const at::Tensor non_score = -config.kl_coef * kl;
    auto& metrics = targets.metrics;
    metrics["objective/kl"] = mean_number(kl);
    metrics["objective/kl_max_token"] = targets.kl.max().item<double>();
    metrics["objective/entropy"] = mean_number(-(rollout.logprobs * targets.masks.tokens).sum(1));
    metrics["objective/non_score_reward"] = mean_number(non_score);
    metrics["objective/scores"] = mean_number(targets.scores);
    metrics["objective/rlhf_reward"] = mean_number(non_score + targets.scores);
    metrics["val/num_eos_tokens"] = rollout.ended.sum().item<double>();
    const double explained =
        explained_variance(targets.values, targets.returns, targets.masks.values);
    if (std::isfinite(explained)) metrics["val/explained_variance"] = explained;
}

/// The share of positions at which the clipped term is the larger one.
double clipped_share(const at::Tensor& clipped, const at::Tensor& plain, const at::Tensor& mask) {
    return masked_mean((clipped > plain).to(mask.scalar_type()), mask).item<double>();
}

}  // namespace

PpoMasks ppo_masks(const at::Tensor& lengths, std::int64_t width, at::ScalarType dtype) {
    const at::Tensor positions = at::arange(width, lengths.options()).unsqueeze(0);
    const at::Tensor ends = lengths.unsqueeze(1);
    return {(positions < ends).to(dtype), (positions <= ends).to(dtype)};
}

PpoTargets ppo_targets(const PpoRollout& rollout, const PpoConfig& config) {
    PLUMB_CHECK(rollout.logprobs.dim() == 2 && rollout.logprobs.size(1) > 0 &&
                    rollout.logprobs.sizes() == rollout.ref_logprobs.sizes() &&
                    rollout.logprobs.sizes() == rollout.values.sizes(),
                "log-probabilities and values [B, R] expected");
    PLUMB_CHECK(rollout.lengths.scalar_type() == at::kLong && rollout.ended.dtype() == at::kBool,
                "lengths are int64 and ended is bool");
    at::NoGradGuard no_gradient;
    PpoTargets targets;
    targets.masks =
        ppo_masks(rollout.lengths, rollout.logprobs.size(1), rollout.logprobs.scalar_type());
    const auto& [tokens, value_mask] = targets.masks;
    targets.values = rollout.values * value_mask;

    targets.scores = rollout.scores;
    if (config.missing_eos_penalty)
        targets.scores = targets.scores - *config.missing_eos_penalty *
                                              rollout.ended.logical_not().to(tokens.scalar_type());

    targets.kl =
        kl_estimate(rollout.logprobs * tokens, rollout.ref_logprobs * tokens, config.kl_estimator);
    targets.raw_rewards =
        -config.kl_coef * targets.kl +
        targets.scores.unsqueeze(1) * score_places(rollout.lengths, targets.masks);
    targets.rewards = config.whiten_rewards ? masked_whiten(targets.raw_rewards, value_mask, true)
                                            : targets.raw_rewards;

    const Gae gae =
        generalized_advantages(targets.rewards, targets.values, config.gamma, config.lam);
    targets.raw_advantages = gae.advantages;
    targets.returns = gae.returns;
    targets.advantages = masked_whiten(gae.advantages, tokens);
    add_objective(rollout, config, targets);
    return targets;
}

PpoBatch ppo_rows(const PpoRollout& rollout, const PpoTargets& targets, const at::Tensor& rows) {
    PpoBatch batch;
    batch.old_logprobs = rollout.logprobs.index_select(0, rows);
    batch.old_values = targets.values.index_select(0, rows);
    batch.advantages = targets.advantages.index_select(0, rows);
    batch.returns = targets.returns.index_select(0, rows);
    batch.masks = {targets.masks.tokens.index_select(0, rows),
                   targets.masks.values.index_select(0, rows)};
    return batch;
}

LossResult ppo_policy_loss(const PpoBatch& batch, const PpoConfig& config) {
    const at::Tensor& tokens = batch.masks.tokens;
    // Masked before exp: what stands after the end of a response may be any number.
    const at::Tensor log_ratio = (batch.logprobs - batch.old_logprobs) * tokens;
    const at::Tensor ratio = log_ratio.exp();
    const at::Tensor plain = -batch.advantages * ratio;
    const at::Tensor clipped =
        -batch.advantages * ratio.clamp(1.0 - config.cliprange, 1.0 + config.cliprange);

    LossResult result;
    result.loss = masked_mean(at::max(plain, clipped), tokens);
    result.ratios.log_ratio = log_ratio.detach();
    result.ratios.clipped = ((clipped > plain) * result.ratios.log_ratio.sign()).to(at::kChar);
    auto& metrics = result.metrics;
    metrics["loss/policy_avg"] = result.loss.item<double>();
    metrics["policy/clipfrac_avg"] = clipped_share(clipped, plain, tokens);
    metrics["policy/approxkl_avg"] = 0.5 * mean_number(log_ratio.detach().square());
    metrics["val/ratio"] = mean_number(ratio.detach());
    if (batch.entropy.defined()) {
        const at::Tensor entropy = batch.entropy.detach();
        metrics["policy/entropy_avg"] =
            batch.entropy_mask.defined() ? masked_mean(entropy, batch.entropy_mask).item<double>()
                                         : mean_number(entropy);
    }
    return result;
}

LossResult ppo_value_loss(const PpoBatch& batch, const PpoConfig& config) {
    const at::Tensor& value_mask = batch.masks.values;
    const at::Tensor values = batch.values * value_mask;
    const at::Tensor near = at::clamp(values, batch.old_values - config.cliprange_value,
                                      batch.old_values + config.cliprange_value);
    const at::Tensor error = (values - batch.returns).square();
    const at::Tensor clipped_error = (near - batch.returns).square();
    const at::Tensor value_loss = 0.5 * masked_mean(at::max(error, clipped_error), value_mask);

    LossResult result;
    result.loss = config.vf_coef * value_loss;
    result.metrics["loss/value_avg"] = value_loss.item<double>();
    result.metrics["val/clipfrac_avg"] = clipped_share(clipped_error, error, value_mask);
    return result;
}

LossResult ppo_loss(const PpoBatch& batch, const PpoConfig& config) {
    LossResult result = ppo_policy_loss(batch, config);
    LossResult value = ppo_value_loss(batch, config);
    result.loss = result.loss + value.loss;
    result.metrics.merge(value.metrics);
    return result;
}

std::map<std::string, double> ppo_step_metrics(
    const std::vector<std::map<std::string, double>>& minibatches) {
    std::map<std::string, std::vector<double>> by_key;
    for (const auto& metrics : minibatches)
        for (const auto& [key, value] : metrics) by_key[key].push_back(value);
    std::map<std::string, double> result;
    for (const auto& [key, values] : by_key) {
        const auto count = static_cast<double>(values.size());
        double sum = 0, squares = 0;
        for (double value : values) sum += value;
        const double mean = sum / count;
        result[key] = mean;
        if (key != "val/ratio" || values.size() < 2) continue;
        for (double value : values) squares += (value - mean) * (value - mean);
        result["val/ratio_var"] = squares / (count - 1);
    }
    return result;
}

}  // namespace plumb
