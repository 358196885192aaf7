// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/preference_batches.h"

#include <algorithm>

#include "algorithms/logprobs.h"
#include "base/check.h"

namespace plumb {

PreferenceBatch make_preference_batch(std::span<const PreferenceRow> pairs) {
    std::vector<TokenIds> prompts, completions;
    for (const bool chosen : {true, false})
        for (const PreferenceRow& pair : pairs) {
            prompts.push_back(pair.prompt);
            completions.push_back(chosen ? pair.chosen : pair.rejected);
            if (pair.prompt.empty()) {  // a reward model scores texts without a prompt as well
                prompts.back().push_back(completions.back().front());
                completions.back().erase(completions.back().begin());
            }
        }
    PreferenceBatch batch;
    batch.rows = make_completion_batch(prompts, completions);
    batch.texts = std::move(prompts);
    for (std::size_t i = 0; i < batch.texts.size(); ++i)
        batch.texts[i].insert(batch.texts[i].end(), completions[i].begin(), completions[i].end());
    const bool has_margin = std::ranges::any_of(
        pairs, [](const PreferenceRow& pair) { return pair.margin.has_value(); });
    if (has_margin) {
        std::vector<float> margins;
        for (const PreferenceRow& pair : pairs)
            margins.push_back(static_cast<float>(pair.margin.value_or(0.0)));
        batch.margin = at::tensor(margins);
    }
    return batch;
}

ReferenceLogps reference_token_logps(const Decoder& reference, const PreferenceBatch& batch,
                                     const DpoLossConfig& config, double temperature,
                                     const std::vector<std::int64_t>& suppressed_ids) {
    const at::NoGradGuard no_gradient;
    const at::Tensor logits =
        reference.logits(hidden_at(reference, batch.rows.sequences, batch.rows.predictors,
                                   static_cast<double>(batch.rows.tokens)));
    const auto logprobs_at = [&](double t) {
        const TokenLogprobs flat =
            token_logprobs(logits, batch.rows.targets.to(logits.device()), t, suppressed_ids);
        return at_completions(flat.logprobs, batch.rows);
    };
    const at::Tensor plain = logprobs_at(1.0);
    return {sequence_logps(plain, completion_token_mask(batch.rows).to(plain.device()),
                           config.ld_alpha),
            temperature == 1.0 ? plain : logprobs_at(temperature)};
}

at::Tensor reference_logps(const Decoder& reference, const PreferenceBatch& batch,
                           const DpoLossConfig& config,
                           const std::vector<std::int64_t>& suppressed_ids) {
    return reference_token_logps(reference, batch, config, 1.0, suppressed_ids).sums;
}

Result<at::Tensor> all_reference_logps(const Decoder& reference,
                                       std::span<const PreferenceRow> pairs,
                                       const DpoLossConfig& config,
                                       const std::vector<std::int64_t>& suppressed_ids,
                                       std::int64_t rows_at_once, const std::stop_token& stop) {
    const auto at_once = static_cast<std::size_t>(rows_at_once);
    std::vector<at::Tensor> parts;
    for (std::size_t first = 0; first < pairs.size(); first += at_once) {
        if (stop.stop_requested()) return cancelled();
        const auto some = pairs.subspan(first, std::min(at_once, pairs.size() - first));
        const at::Tensor logps =
            reference_logps(reference, make_preference_batch(some), config, suppressed_ids);
        parts.push_back(logps.view({2, -1}).t().contiguous());
    }
    return at::cat(parts);
}

LossResult dpo_result(const Decoder& model, const PreferenceBatch& batch,
                      const at::Tensor& ref_logps, const DpoLossConfig& config,
                      const std::vector<std::int64_t>& suppressed_ids) {
    const at::Tensor logits =
        model.logits(hidden_at(model, batch.rows.sequences, batch.rows.predictors,
                               static_cast<double>(batch.rows.tokens)));  // [N, V]
    const at::Tensor targets = batch.rows.targets.to(logits.device());
    const TokenLogprobs tokens = token_logprobs(logits, targets, 1.0, suppressed_ids);
    DpoBatch pairs;
    pairs.logprobs = at_completions(tokens.logprobs, batch.rows);
    pairs.mask = completion_token_mask(batch.rows).to(logits.device());
    pairs.ref_logps = ref_logps.to(logits.device());
    pairs.entropy = at_completions(tokens.entropy.detach(), batch.rows);
    pairs.is_argmax =
        at_completions(is_argmax(logits, targets).to(at::kFloat), batch.rows).to(at::kBool);
    pairs.mean_logits = at_completions(logits.detach().mean(1), batch.rows);
    if (config.use_weighting)
        pairs.log_weights = wpo_log_weights(
            pairs.logprobs,
            at_completions(log_collision_probability(logits.detach(), 1.0, suppressed_ids),
                           batch.rows),
            pairs.mask);
    return dpo_loss(pairs, config);
}

void accumulate_dpo(Decoder& model, const PreferenceBatch& batch, const at::Tensor& ref_logps,
                    const DpoLossConfig& config, const std::vector<std::int64_t>& suppressed_ids,
                    std::int64_t accumulation, MetricMeans& means) {
    const LossResult result = dpo_result(model, batch, ref_logps, config, suppressed_ids);
    const at::Tensor share = result.loss / static_cast<double>(accumulation);
    share.backward();
    means.add_loss(share.item<double>());
    means.add(result.metrics);
}

at::Tensor preference_scores(const Decoder& model, const PreferenceBatch& batch) {
    return text_scores(model, batch.texts);
}

Result<at::Tensor> all_preference_scores(const Decoder& model, std::span<const PreferenceRow> pairs,
                                         std::int64_t rows_at_once, const std::stop_token& stop) {
    const auto at_once = static_cast<std::size_t>(rows_at_once);
    std::vector<at::Tensor> parts;
    for (std::size_t first = 0; first < pairs.size(); first += at_once) {
        if (stop.stop_requested()) return cancelled();
        const auto some = pairs.subspan(first, std::min(at_once, pairs.size() - first));
        parts.push_back(preference_scores(model, make_preference_batch(some)).view({2, -1}).cpu());
    }
    return at::cat(parts, 1);
}

void accumulate_reward(Decoder& model, const PreferenceBatch& batch, const RewardLossConfig& config,
                       std::int64_t accumulation, MetricMeans& means) {
    const at::Tensor scores = preference_scores(model, batch);
    const std::int64_t pairs = scores.size(0) / 2;
    RewardBatch scored;
    scored.chosen = scores.narrow(0, 0, pairs);
    scored.rejected = scores.narrow(0, pairs, pairs);
    if (batch.margin.defined()) scored.margin = batch.margin.to(scores.device());
    const LossResult result = reward_loss(scored, config);
    const at::Tensor share = result.loss / static_cast<double>(accumulation);
    share.backward();
    means.add_loss(share.item<double>());
    means.add(result.metrics);
}

DpoLossConfig dpo_loss_config(const Settings& settings) {
    DpoLossConfig config;
    config.loss_types.clear();
    for (const std::string& name : settings.dpo_loss_type) {
        const auto type = dpo_loss_type(name);
        PLUMB_CHECK(type.has_value(), "unknown loss " + name + " after validation");
        config.loss_types.push_back(*type);
    }
    config.loss_weights = settings.loss_weights;
    config.beta = settings.dpo_beta;
    config.label_smoothing = settings.label_smoothing;
    const auto divergence = f_divergence(settings.f_divergence_type);
    PLUMB_CHECK(divergence.has_value(), "unknown divergence after validation");
    config.f_divergence = *divergence;
    config.f_alpha_divergence_coef = settings.f_alpha_divergence_coef;
    config.ld_alpha = settings.ld_alpha;
    config.use_weighting = settings.use_weighting;
    config.discopop_tau = settings.discopop_tau;
    return config;
}

}  // namespace plumb
