// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/update.h"

#include <array>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "train/head_logprobs.h"

namespace plumb {
namespace {

template <class Enum, std::size_t N>
Enum by_name(const std::array<std::pair<const char*, Enum>, N>& names, const std::string& name) {
    for (const auto& [text, value] : names)
        if (name == text) return value;
    PLUMB_CHECK(false, "unknown name " + name + " after validation");
}

constexpr std::array<std::pair<const char*, GrpoLossType>, 8> loss_types = {{
    {"grpo", GrpoLossType::grpo},
    {"bnpo", GrpoLossType::bnpo},
    {"dr_grpo", GrpoLossType::dr_grpo},
    {"dapo", GrpoLossType::dapo},
    {"cispo", GrpoLossType::cispo},
    {"sapo", GrpoLossType::sapo},
    {"vespo", GrpoLossType::vespo},
    {"luspo", GrpoLossType::luspo},
}};
constexpr std::array<std::pair<const char*, ImportanceSampling>, 2> sampling_levels = {{
    {"token", ImportanceSampling::token},
    {"sequence", ImportanceSampling::sequence},
}};
constexpr std::array<std::pair<const char*, SftLossType>, 2> sft_types = {{
    {"nll", SftLossType::nll},
    {"dft", SftLossType::dft},
}};

}  // namespace

void MetricMeans::add(const std::map<std::string, double>& metrics) {
    for (const auto& [key, value] : metrics) {
        auto& [sum, count] = sums_[key];
        sum += value;
        ++count;
    }
}

Metrics MetricMeans::result() const {
    Metrics metrics{{"loss", loss_}};
    for (const auto& [key, sum] : sums_) metrics[key] = sum.first / static_cast<double>(sum.second);
    return metrics;
}

void accumulate_sft(Decoder& model, const LabelledBatch& batch, double num_items, SftLossType type,
                    MetricMeans& means) {
    const HeadOutputs head = head_logprobs(model,
                                           hidden_at(model, batch.tokens, batch.predictors,
                                                     static_cast<double>(batch.tokens.tokens())),
                                           batch.labels, {.argmax = true});
    const LossResult result = sft_loss(head.tokens, head.is_argmax, num_items, type);
    result.loss.backward();
    means.add_loss(result.loss.item<double>());
    means.add(result.metrics);
}

void accumulate_grpo(Decoder& model, RolloutSlice& slice, const GrpoUpdateOptions& options,
                     MetricMeans& means) {
    const TokenLogprobs tokens =
        completion_logprobs(model, slice.batch, options.temperature, options.suppressed_ids);
    GrpoBatch batch;
    batch.logprobs = tokens.logprobs;
    batch.entropy = options.loss.entropy_coef != 0.0 ? tokens.entropy : tokens.entropy.detach();
    batch.old_logprobs = slice.old_logprobs;
    batch.ref_logprobs = slice.ref_logprobs;
    batch.mask = slice.mask.to(tokens.logprobs.device());
    batch.advantages = slice.advantages.to(tokens.logprobs.device());
    batch.num_items = options.num_items;
    batch.accumulation = options.accumulation;
    batch.max_completion_length = options.max_completion_length;
    const LossResult result = grpo_loss(batch, options.loss);
    slice.ratios = result.ratios;
    if (!slice.old_logprobs.defined()) slice.old_logprobs = tokens.logprobs.detach();
    result.loss.backward();
    means.add_loss(result.loss.item<double>());
    means.add(result.metrics);
}

void accumulate_rloo(Decoder& model, RolloutSlice& slice, const RlooConfig& config,
                     const GrpoUpdateOptions& options, MetricMeans& means) {
    const TokenLogprobs tokens =
        completion_logprobs(model, slice.batch, options.temperature, options.suppressed_ids);
    RlooBatch batch;
    batch.logprobs = tokens.logprobs;
    batch.old_logprobs = slice.old_logprobs;
    batch.mask = slice.mask.to(tokens.logprobs.device());
    batch.advantages = slice.advantages.to(tokens.logprobs.device());
    batch.entropy = tokens.entropy.detach();
    LossResult result = rloo_loss(batch, config);
    slice.ratios = result.ratios;
    if (!slice.old_logprobs.defined()) slice.old_logprobs = tokens.logprobs.detach();
    result.loss = result.loss / static_cast<double>(options.accumulation);
    result.loss.backward();
    means.add_loss(result.loss.item<double>());
    means.add(result.metrics);
}

GradientNorm apply_update(const std::vector<ModelUpdate>& models, double learning_rate,
                          double max_grad_norm) {
    std::vector<at::Tensor> gradients;
    for (const ModelUpdate& update : models) gradients.push_back(update.model.flat_gradients());
    GradientNorm norm{clip_gradients(gradients, max_grad_norm), {}};
    for (const ModelUpdate& update : models) {
        if (std::isfinite(norm.value))
            update.optimizer.step(learning_rate);
        else if (!norm.non_finite)
            norm.non_finite = first_non_finite(update.model.trained_tensors(true), update.prefix);
        update.model.zero_gradients();
    }
    return norm;
}

GrpoLossConfig grpo_loss_config(const Settings& settings) {
    GrpoLossConfig config;
    config.loss_type = by_name(loss_types, settings.loss_type);
    config.importance_sampling = by_name(sampling_levels, settings.importance_sampling_level);
    config.epsilon = settings.epsilon;
    config.epsilon_high = settings.epsilon_high.value_or(settings.epsilon);
    config.delta = settings.delta;
    config.beta = settings.beta;
    config.use_bias_correction_kl = settings.use_bias_correction_kl;
    config.top_entropy_quantile = settings.top_entropy_quantile;
    config.entropy_coef = settings.entropy_coef;
    config.off_policy_mask_threshold = settings.off_policy_mask_threshold;
    config.sapo_temperature_pos = settings.sapo_temperature_pos;
    config.sapo_temperature_neg = settings.sapo_temperature_neg;
    config.vespo_k_pos = settings.vespo_k_pos;
    config.vespo_lambda_pos = settings.vespo_lambda_pos;
    config.vespo_k_neg = settings.vespo_k_neg;
    config.vespo_lambda_neg = settings.vespo_lambda_neg;
    return config;
}

SftLossType sft_loss_type(const Settings& settings) {
    return by_name(sft_types, settings.sft_loss_type);
}

AdamWOptions adamw_options(const Settings& settings) {
    return {settings.adam_beta1, settings.adam_beta2, settings.adam_epsilon, settings.weight_decay};
}

}  // namespace plumb
