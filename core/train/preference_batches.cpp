// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/preference_batches.h"

#include <algorithm>

#include "algorithms/logprobs.h"
#include "base/check.h"
#include "train/head_logprobs.h"

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
    HeadOptions options{.suppressed_ids = suppressed_ids};
    if (temperature != 1.0) options.second_temperature = temperature;
    const HeadOutputs head =
        head_logprobs(reference,
                      hidden_at(reference, batch.rows.sequences, batch.rows.predictors,
                                static_cast<double>(batch.rows.tokens)),
                      batch.rows.targets, options);
    const at::Tensor plain = at_completions(head.tokens.logprobs, batch.rows);
    return {sequence_logps(plain, completion_token_mask(batch.rows).to(plain.device()),
                           config.ld_alpha),
            temperature == 1.0 ? plain : at_completions(head.second, batch.rows)};
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
    const HeadOutputs head =
        head_logprobs(model,
                      hidden_at(model, batch.rows.sequences, batch.rows.predictors,
                                static_cast<double>(batch.rows.tokens)),
                      batch.rows.targets,
                      {.suppressed_ids = suppressed_ids,
                       .argmax = true,
                       .mean_logits = true,
                       .log_collision = config.use_weighting});
    const at::Device device = model.device();
    DpoBatch pairs;
    pairs.logprobs = at_completions(head.tokens.logprobs, batch.rows);
    pairs.mask = completion_token_mask(batch.rows).to(device);
    pairs.ref_logps = ref_logps.to(device);
    pairs.entropy = at_completions(head.tokens.entropy.detach(), batch.rows);
    pairs.is_argmax = at_completions(head.is_argmax.to(at::kFloat), batch.rows).to(at::kBool);
    pairs.mean_logits = at_completions(head.mean_logits, batch.rows);
    if (config.use_weighting)
        pairs.log_weights = wpo_log_weights(
            pairs.logprobs, at_completions(head.log_collision, batch.rows), pairs.mask);
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
