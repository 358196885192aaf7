// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "algorithms/advantages.h"
#include "algorithms/grpo.h"
#include "algorithms/logprobs.h"
#include "algorithms/sft.h"
#include "session/parity_losses.h"
#include "train/batches.h"
#include "train/update.h"

namespace plumb::parity {
namespace {

using json = nlohmann::ordered_json;
using Losses = LossData<json>;

std::vector<TokenIds> rows_up_to(const at::Tensor& values,
                                 const std::vector<std::int64_t>& lengths) {
    std::vector<TokenIds> rows;
    for (std::size_t i = 0; i < lengths.size(); ++i)
        rows.push_back(to_ids(values[static_cast<std::int64_t>(i)].narrow(0, 0, lengths[i])));
    return rows;
}

/// One past the last attended position of each row.
std::vector<std::int64_t> row_lengths(const at::Tensor& mask) {
    const at::Tensor positions = at::arange(1, mask.size(1) + 1).unsqueeze(0);
    return to_ids(((mask != 0) * positions).amax(1));
}

SftLossType sft_type(const json& item) {
    Settings settings;
    set_from_json("sft_loss_type", item.at("loss_type"), settings);
    return sft_loss_type(settings);
}

void check_sft_case(const json& item, const TensorMap& tensors, Comparison& comparison) {
    refuse_unknown_keys(item, {"name", "loss_type", "num_items_in_batch", "loss", "metrics"});
    const auto lengths = row_lengths(tensor(tensors, "attention_mask"));
    const LabelledBatch batch =
        make_labelled_batch(rows_up_to(tensor(tensors, "input_ids"), lengths),
                            rows_up_to(tensor(tensors, "labels"), lengths));
    const at::Tensor all = tensor(tensors, "logits").clone().requires_grad_(true);  // [B, T, V]
    std::vector<at::Tensor> rows;  // without their padding, as the batch has them
    for (std::size_t i = 0; i < lengths.size(); ++i)
        rows.push_back(all[static_cast<std::int64_t>(i)].narrow(0, 0, lengths[i]));
    const at::Tensor logits = at::cat(rows).index_select(0, batch.predictors);
    const json& items = item.at("num_items_in_batch");
    const double num_items =
        items.is_null() ? static_cast<double>(batch.labels.numel()) : items.get<double>();
    LossResult result = sft_loss(token_logprobs(logits, batch.labels),
                                 is_argmax(logits, batch.labels), num_items, sft_type(item));
    result.metrics["num_tokens"] = static_cast<double>(batch.tokens.tokens());
    result.loss.backward();
    comparison.close("loss", result.loss.item<double>(), item.at("loss").get<double>(),
                     loss_tolerance);
    compare_metrics(comparison, result.metrics, item.at("metrics"));
    comparison.close("gradient", all.grad(),
                     tensor(tensors, "grad." + item.at("name").get<std::string>()), loss_tolerance);
}

/// Keys of a case that are settings of the loss, by the names of the run settings.
const std::set<std::string>& grpo_loss_settings() {
    static const std::set<std::string> names = {"loss_type",
                                                "importance_sampling_level",
                                                "epsilon",
                                                "epsilon_high",
                                                "delta",
                                                "beta",
                                                "entropy_coef",
                                                "use_bias_correction_kl",
                                                "top_entropy_quantile",
                                                "vespo_k_pos",
                                                "off_policy_mask_threshold",
                                                "sapo_temperature_pos",
                                                "vespo_lambda_pos",
                                                "sapo_temperature_neg",
                                                "vespo_k_neg",
                                                "vespo_lambda_neg"};
    return names;
}

void apply_grpo_settings(const json& config, Settings& settings) {
    for (const auto& [key, value] : config.items())
        if (grpo_loss_settings().contains(key)) set_from_json(key, value, settings);
}

struct GrpoInputs {
    at::Tensor logits;  // [B, T, V], a leaf
    GrpoBatch batch;
};

GrpoInputs grpo_inputs(const Losses& data) {
    GrpoInputs inputs;
    inputs.logits = tensor(data.tensors, "logits").clone().requires_grad_(true);
    const auto B = inputs.logits.size(0), T = inputs.logits.size(1), V = inputs.logits.size(2);
    const TokenLogprobs tokens = token_logprobs(
        inputs.logits.view({B * T, V}), tensor(data.tensors, "completion_ids").reshape({B * T}));
    inputs.batch.logprobs = tokens.logprobs.view({B, T});
    inputs.batch.entropy = tokens.entropy.view({B, T});
    inputs.batch.mask =
        tensor(data.tensors, "completion_mask").to(inputs.batch.logprobs.scalar_type());
    return inputs;
}

void check_grpo_tokens(const Losses& data, Comparison& comparison) {
    const GrpoBatch batch = grpo_inputs(data).batch;
    const auto compare = [&](const char* name, const at::Tensor& values) {
        comparison.close(name, values * batch.mask, tensor(data.tensors, name), loss_tolerance);
    };
    compare("logps", batch.logprobs);
    compare("entropy", batch.entropy);
    compare("kl_k3", kl_k3(batch.logprobs, tensor(data.tensors, "ref_logps")));
}

void check_grpo_case(const Losses& data, const json& item, Comparison& comparison) {
    refuse_unknown_keys(item, {"name", "config", "loss", "grad_norm", "metrics"});
    const json& config = item.at("config");
    std::set<std::string> known = grpo_loss_settings();
    known.insert({"old", "accum"});
    refuse_unknown_keys(config, known);
    Settings settings;
    apply_grpo_settings(data.description.at("defaults"), settings);
    apply_grpo_settings(config, settings);

    GrpoInputs inputs = grpo_inputs(data);
    GrpoBatch& batch = inputs.batch;
    if (config.value("old", true)) batch.old_logprobs = tensor(data.tensors, "old_logps");
    batch.ref_logprobs = tensor(data.tensors, "ref_logps");
    batch.advantages = tensor(data.tensors, "advantages.group");
    batch.accumulation = config.value("accum", std::int64_t{1});
    batch.max_completion_length = data.description.at("max_completion_length").get<std::int64_t>();

    const LossResult result = grpo_loss(batch, grpo_loss_config(settings));
    result.loss.backward();
    comparison.close("loss", result.loss.item<double>(), item.at("loss").get<double>(),
                     loss_tolerance);
    compare_metrics(comparison, result.metrics, item.at("metrics"));
    const at::Tensor gradient = inputs.logits.grad().to(at::kDouble);
    if (item.contains("grad_norm"))
        comparison.close("grad_norm", gradient.norm().item<double>(),
                         item.at("grad_norm").get<double>(), loss_tolerance);
    comparison.close("gradient", gradient.norm(2, {2}),
                     tensor(data.tensors, "grad." + item.at("name").get<std::string>()),
                     loss_tolerance);
}

/// null is a reward that a function did not give.
at::Tensor nan_rewards(const json& rows) {
    std::vector<at::Tensor> values;
    for (const json& row : rows) values.push_back(at::tensor(numbers(row)));
    return at::stack(values).to(at::kFloat);
}

/// name: "group", "batch_nan", "normalize_then_sum".
void check_advantages(const Losses& data, const std::string& name, Comparison& comparison) {
    constexpr std::string_view nan_suffix = "_nan";
    const bool with_nan = name.ends_with(nan_suffix);
    const std::string kind = with_nan ? name.substr(0, name.size() - nan_suffix.size()) : name;
    RewardScaling scaling = RewardScaling::group;
    RewardAggregation aggregation = RewardAggregation::sum_then_normalize;
    if (kind == "batch")
        scaling = RewardScaling::batch;
    else if (kind == "none")
        scaling = RewardScaling::none;
    else if (kind == "normalize_then_sum")
        aggregation = RewardAggregation::normalize_then_sum;
    else if (kind != "group")
        throw std::runtime_error("not supported yet: advantages." + name);

    const at::Tensor rewards = with_nan ? nan_rewards(data.description.at("nan_rewards"))
                                        : tensor(data.tensors, "rewards_per_func");
    const GroupAdvantages result = group_advantages(
        rewards, tensor(data.tensors, "reward_weights"),
        data.description.at("num_generations").get<std::int64_t>(), scaling, aggregation);
    comparison.close("advantages", result.advantages, tensor(data.tensors, "advantages." + name),
                     loss_tolerance);
    for (const json& item : data.description.at("advantage_cases"))
        if (item.at("name") == name)
            comparison.close("frac_reward_zero_std", result.frac_reward_zero_std,
                             item.at("frac_reward_zero_std").get<double>(), loss_tolerance);
}

}  // namespace

TensorMap read_loss_tensors(const std::filesystem::path& stem) {
    const std::string file = stem.string() + ".safetensors";
    if (!std::filesystem::exists(file)) return {};
    auto tensors = read_safetensors(file);
    if (!tensors.ok()) throw std::runtime_error(tensors.error().message);
    return std::move(tensors).value();
}

void check_sft_losses(const std::filesystem::path& stem, const std::string& name,
                      const Report& report) {
    check_cases<json>(stem, name, report, [&](const Losses& data) {
        for (const json& item : data.description.at("cases"))
            run_case(name + "/" + case_name(item), report, [&](Comparison& comparison) {
                check_sft_case(item, data.tensors, comparison);
            });
    });
}

void check_grpo_losses(const std::filesystem::path& stem, const std::string& name,
                       const Report& report) {
    check_cases<json>(stem, name, report, [&](const Losses& data) {
        run_case(name + "/tokens", report,
                 [&](Comparison& comparison) { check_grpo_tokens(data, comparison); });
        constexpr std::string_view prefix = "advantages.";
        for (const auto& [tensor_name, values] : data.tensors)
            if (tensor_name.starts_with(prefix))
                run_case(name + "/" + tensor_name, report, [&](Comparison& comparison) {
                    check_advantages(data, tensor_name.substr(prefix.size()), comparison);
                });
        for (const json& item : data.description.at("cases"))
            run_case(name + "/" + case_name(item), report,
                     [&](Comparison& comparison) { check_grpo_case(data, item, comparison); });
    });
}

}  // namespace plumb::parity
