// SPDX-License-Identifier: GPL-3.0-or-later
// losses/reward and losses/dpo: losses on preference pairs.
#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "algorithms/dpo.h"
#include "algorithms/logprobs.h"
#include "algorithms/reward.h"
#include "session/parity_losses.h"

namespace plumb::parity {
namespace {

using json = nlohmann::ordered_json;
using Losses = LossData<json>;

at::Tensor score_list(const json& values) {
    return at::tensor(numbers(values), at::kDouble).to(at::kFloat);
}

void check_reward_case(const json& data, const json& item, Comparison& comparison) {
    refuse_unknown_keys(
        item, {"name", "center_rewards_coefficient", "uses_margin", "loss", "metrics", "grad"});
    RewardBatch batch;
    batch.chosen = score_list(data.at("rewards_chosen")).requires_grad_(true);
    batch.rejected = score_list(data.at("rewards_rejected")).requires_grad_(true);
    if (item.at("uses_margin").get<bool>()) batch.margin = score_list(data.at("margin"));
    RewardLossConfig config;
    if (const json& value = item.at("center_rewards_coefficient"); !value.is_null())
        config.center_rewards_coefficient = value.get<double>();
    const LossResult result = reward_loss(batch, config);
    result.loss.backward();
    comparison.close("loss", result.loss.item<double>(), item.at("loss").get<double>(),
                     loss_tolerance);
    compare_metrics(comparison, result.metrics, item.at("metrics"));
    comparison.close("gradient", at::cat({batch.chosen.grad(), batch.rejected.grad()}),
                     score_list(item.at("grad")), loss_tolerance);
}

/// The losses of a configuration: one name or a list of them.
std::vector<DpoLossType> loss_types(const json& value) {
    std::vector<DpoLossType> types;
    for (const json& name : value.is_array() ? value : json::array({value})) {
        const auto type = dpo_loss_type(name.get<std::string>());
        if (!type) throw std::runtime_error("not supported yet: loss_type " + name.dump());
        types.push_back(*type);
    }
    return types;
}

DpoLossConfig dpo_config(const json& data, const json& item) {
    const json& values = item.at("config");
    refuse_unknown_keys(
        values, {"beta", "loss_type", "loss_weights", "label_smoothing", "f_divergence_type",
                 "f_alpha_divergence_coef", "ld_alpha", "use_weighting", "discopop_tau"});
    DpoLossConfig config;
    config.beta = values.value("beta", data.at("default_beta").get<double>());
    if (values.contains("loss_type")) config.loss_types = loss_types(values.at("loss_type"));
    config.loss_weights = values.value("loss_weights", config.loss_weights);
    config.label_smoothing = values.value("label_smoothing", config.label_smoothing);
    config.f_alpha_divergence_coef =
        values.value("f_alpha_divergence_coef", config.f_alpha_divergence_coef);
    config.use_weighting = values.value("use_weighting", config.use_weighting);
    config.discopop_tau = values.value("discopop_tau", config.discopop_tau);
    if (values.contains("ld_alpha")) config.ld_alpha = values.at("ld_alpha").get<double>();
    if (values.contains("f_divergence_type")) {
        const auto name = values.at("f_divergence_type").get<std::string>();
        const auto divergence = f_divergence(name);
        if (!divergence) throw std::runtime_error("not supported yet: f_divergence_type " + name);
        config.f_divergence = *divergence;
    }
    if (const Status status = check_dpo_config(config); !status.ok())
        throw std::runtime_error("not supported yet: " + status.error().message);
    return config;
}

/// A model's output as the loss takes it: position t of T - 1 is scored on token t + 1.
struct ScoredTokens {
    at::Tensor logits;  // [2B, T, V], a leaf
    at::Tensor mask;    // [2B, T - 1]
    TokenLogprobs tokens;
    at::Tensor is_argmax, mean_logits, log_collision;
};

ScoredTokens score_tokens(const Losses& data, const std::string& logits_name) {
    ScoredTokens scored;
    scored.logits = tensor(data.tensors, logits_name).clone().requires_grad_(true);
    const auto rows = scored.logits.size(0), width = scored.logits.size(1) - 1;
    const at::Tensor logits =
        scored.logits.narrow(1, 0, width).reshape({rows * width, scored.logits.size(2)});
    const at::Tensor ids =
        tensor(data.tensors, "input_ids").narrow(1, 1, width).reshape({rows * width});
    const auto shaped = [&](const at::Tensor& values) { return values.view({rows, width}); };
    const TokenLogprobs tokens = token_logprobs(logits, ids);
    scored.tokens = {shaped(tokens.logprobs), shaped(tokens.entropy)};
    scored.is_argmax = shaped(is_argmax(logits, ids));
    scored.mean_logits = shaped(logits.detach().mean(1));
    scored.log_collision = shaped(log_collision_probability(logits));
    scored.mask = tensor(data.tensors, "completion_mask")
                      .narrow(1, 1, width)
                      .to(scored.tokens.logprobs.scalar_type());
    return scored;
}

DpoBatch dpo_batch(const ScoredTokens& policy, const ScoredTokens& reference,
                   const DpoLossConfig& config) {
    DpoBatch batch;
    batch.logprobs = policy.tokens.logprobs;
    batch.mask = policy.mask;
    batch.ref_logps =
        sequence_logps(reference.tokens.logprobs.detach(), policy.mask, config.ld_alpha);
    batch.log_weights = wpo_log_weights(policy.tokens.logprobs, policy.log_collision, policy.mask);
    batch.entropy = policy.tokens.entropy;
    batch.is_argmax = policy.is_argmax;
    batch.mean_logits = policy.mean_logits;
    return batch;
}

/// Pair i of a batch, as one of its own.
DpoBatch pair_of(const DpoBatch& batch, std::int64_t i) {
    const at::Tensor rows = at::tensor({i, i + batch.mask.size(0) / 2}, at::kLong);
    DpoBatch pair;
    pair.logprobs = batch.logprobs.detach().index_select(0, rows);
    pair.mask = batch.mask.index_select(0, rows);
    pair.ref_logps = batch.ref_logps.index_select(0, rows);
    pair.log_weights = batch.log_weights.index_select(0, rows);
    return pair;
}

void check_dpo_tokens(const Losses& data, Comparison& comparison) {
    for (const std::string model : {"policy", "ref"}) {
        const ScoredTokens scored = score_tokens(data, model + "_logits");
        const at::Tensor& logprobs = scored.tokens.logprobs;
        comparison.close(model + "_logps", logprobs * scored.mask,
                         tensor(data.tensors, model + "_logps"), loss_tolerance);
        comparison.close(model + "_seq_logps", sequence_logps(logprobs, scored.mask, {}),
                         tensor(data.tensors, model + "_seq_logps"), loss_tolerance);
    }
}

void check_dpo_case(const Losses& data, const json& item, Comparison& comparison) {
    refuse_unknown_keys(item, {"name", "config", "loss", "metrics", "grad_norm", "per_pair_loss"});
    const DpoLossConfig config = dpo_config(data.description, item);
    const ScoredTokens policy = score_tokens(data, "policy_logits");
    const DpoBatch batch = dpo_batch(policy, score_tokens(data, "ref_logits"), config);
    LossResult result = dpo_loss(batch, config);
    result.metrics["num_tokens"] = tensor(data.tensors, "attention_mask").sum().item<double>();
    result.loss.backward();
    comparison.close("loss", result.loss.item<double>(), item.at("loss").get<double>(),
                     loss_tolerance);
    compare_metrics(comparison, result.metrics, item.at("metrics"));
    const at::Tensor gradient = policy.logits.grad().to(at::kDouble);
    comparison.close("grad_norm", gradient.norm().item<double>(),
                     item.at("grad_norm").get<double>(), loss_tolerance);
    comparison.close("gradient", gradient.norm(2, {2}),
                     tensor(data.tensors, "grad." + case_name(item)), loss_tolerance);
    if (!item.contains("per_pair_loss")) return;
    const auto losses = item.at("per_pair_loss").get<std::vector<double>>();
    if (static_cast<std::int64_t>(losses.size()) != batch.mask.size(0) / 2)
        throw std::runtime_error("per_pair_loss does not have one number a pair");
    for (std::size_t i = 0; i < losses.size(); ++i)
        comparison.close(
            "loss of pair " + std::to_string(i),
            dpo_loss(pair_of(batch, static_cast<std::int64_t>(i)), config).loss.item<double>(),
            losses[i], loss_tolerance);
}

}  // namespace

void check_reward_losses(const std::filesystem::path& stem, const std::string& name,
                         const Report& report) {
    check_cases<json>(stem, name, report, [&](const Losses& data) {
        for (const json& item : data.description.at("cases"))
            run_case(name + "/" + case_name(item), report, [&](Comparison& comparison) {
                check_reward_case(data.description, item, comparison);
            });
    });
}

void check_dpo_losses(const std::filesystem::path& stem, const std::string& name,
                      const Report& report) {
    check_cases<json>(stem, name, report, [&](const Losses& data) {
        run_case(name + "/tokens", report,
                 [&](Comparison& comparison) { check_dpo_tokens(data, comparison); });
        for (const json& item : data.description.at("cases"))
            run_case(name + "/" + case_name(item), report,
                     [&](Comparison& comparison) { check_dpo_case(data, item, comparison); });
    });
}

}  // namespace plumb::parity
