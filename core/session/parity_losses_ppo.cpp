// SPDX-License-Identifier: GPL-3.0-or-later
// losses/ppo: targets of a rollout, and one update on all of it.
#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "algorithms/logprobs.h"
#include "algorithms/ppo.h"
#include "algorithms/reductions.h"
#include "session/parity_losses.h"

namespace plumb::parity {
namespace {

using json = nlohmann::ordered_json;
using Losses = LossData<json>;

PpoConfig ppo_config(const json& data, const json& item) {
    json values = data.at("defaults");
    values.update(item.at("config"));
    refuse_unknown_keys(values,
                        {"kl_coef", "kl_estimator", "gamma", "lam", "cliprange", "cliprange_value",
                         "vf_coef", "whiten_rewards", "missing_eos_penalty"});
    PpoConfig config;
    config.kl_coef = values.at("kl_coef").get<double>();
    config.gamma = values.at("gamma").get<double>();
    config.lam = values.at("lam").get<double>();
    config.cliprange = values.at("cliprange").get<double>();
    config.cliprange_value = values.at("cliprange_value").get<double>();
    config.vf_coef = values.at("vf_coef").get<double>();
    config.whiten_rewards = values.at("whiten_rewards").get<bool>();
    if (const json& penalty = values.at("missing_eos_penalty"); !penalty.is_null())
        config.missing_eos_penalty = penalty.get<double>();
    const auto estimator = values.at("kl_estimator").get<std::string>();
    if (estimator != "k1" && estimator != "k3")
        throw std::runtime_error("not supported yet: kl_estimator " + estimator);
    config.kl_estimator = estimator == "k1" ? KlEstimator::k1 : KlEstimator::k3;
    return config;
}

/// Tokens before the first pad, [B].
at::Tensor response_lengths(const Losses& data) {
    const at::Tensor is_token = tensor(data.tensors, "postprocessed_responses") !=
                                data.description.at("pad_token_id").get<std::int64_t>();
    return is_token.to(at::kLong).cumprod(1).sum(1);
}

PpoRollout ppo_rollout(const Losses& data) {
    PpoRollout rollout;
    rollout.logprobs = tensor(data.tensors, "old_logprobs");
    rollout.ref_logprobs = tensor(data.tensors, "ref_logprobs");
    rollout.values = tensor(data.tensors, "values");
    rollout.scores = tensor(data.tensors, "scores");
    rollout.lengths = response_lengths(data);
    rollout.ended = (tensor(data.tensors, "postprocessed_responses") ==
                     data.description.at("eos_token_id").get<std::int64_t>())
                        .any(1);
    return rollout;
}

void check_whitening(const Losses& data, Comparison& comparison) {
    const at::Tensor& values = tensor(data.tensors, "whiten.values");
    const at::Tensor mask = tensor(data.tensors, "whiten.mask").to(values.scalar_type());
    // Off the mask the reference holds numbers that nothing uses.
    const auto compare = [&](const std::string& name, bool keep_mean) {
        comparison.close(name, masked_whiten(values, mask, keep_mean),
                         tensor(data.tensors, name) * mask, loss_tolerance);
    };
    compare("whiten.shift", false);
    compare("whiten.keep_mean", true);
}

void check_masks(const Losses& data, Comparison& comparison) {
    const PpoRollout rollout = ppo_rollout(data);
    const at::Tensor& logprobs = rollout.logprobs;
    const PpoMasks masks = ppo_masks(rollout.lengths, logprobs.size(1), logprobs.scalar_type());
    const auto compare = [&](const char* name, const at::Tensor& actual) {
        comparison.close(name, actual, tensor(data.tensors, name), Tolerance{});
    };
    compare("seq_len", rollout.lengths - 1);
    compare("has_eos", rollout.ended);
    compare("padding_mask", 1 - masks.tokens);
    compare("padding_mask_p1", 1 - masks.values);
}

void compare_targets(const Losses& data, const std::string& name, const PpoTargets& targets,
                     Comparison& comparison) {
    const auto compare = [&](const std::string& what, const at::Tensor& actual) {
        comparison.close(what, actual, tensor(data.tensors, name + "." + what), loss_tolerance);
    };
    compare("scores", targets.scores);
    compare("kl", targets.kl);
    compare("rewards_raw", targets.raw_rewards);
    compare("rewards", targets.rewards);
    compare("advantages_raw", targets.raw_advantages);
    compare("returns", targets.returns);
    compare("advantages", targets.advantages);
}

/// TRL 1.0 summed 1.0, which stands for the log-probability of padding, into the entropy.
double entropy_with_padding(const PpoTargets& targets) {
    const double padding = (1 - targets.masks.tokens).sum(1).mean().item<double>();
    return targets.metrics.at("objective/entropy") - padding;
}

/// Our metrics under the names of the reference's stats.
std::map<std::string, double> stats_of(const LossResult& result) {
    return {{"loss", result.loss.item<double>()},
            {"policy_loss", result.metrics.at("loss/policy_avg")},
            {"value_loss", result.metrics.at("loss/value_avg")},
            {"clipfrac", result.metrics.at("policy/clipfrac_avg")},
            {"vf_clipfrac", result.metrics.at("val/clipfrac_avg")},
            {"approxkl", result.metrics.at("policy/approxkl_avg")},
            {"ratio_mean", result.metrics.at("val/ratio")},
            {"entropy", result.metrics.at("policy/entropy_avg")}};
}

/// The policy's log-probabilities and entropies from its logits, [B, R].
TokenLogprobs new_tokens(const Losses& data) {
    const at::Tensor& logits = tensor(data.tensors, "logits_new");
    const at::Tensor& responses = tensor(data.tensors, "responses");
    const TokenLogprobs tokens =
        token_logprobs(logits.flatten(0, 1), responses.flatten().to(at::kLong));
    return {tokens.logprobs.view(responses.sizes()), tokens.entropy.view(responses.sizes())};
}

void check_ppo_case(const Losses& data, const json& item, Comparison& comparison) {
    refuse_unknown_keys(item, {"name", "config", "stats", "objective"});
    const PpoConfig config = ppo_config(data.description, item);
    const PpoRollout rollout = ppo_rollout(data);
    PpoTargets targets = ppo_targets(rollout, config);
    compare_targets(data, case_name(item), targets, comparison);
    targets.metrics["objective/entropy_unmasked_v1.0"] = entropy_with_padding(targets);
    compare_metrics(comparison, targets.metrics, item.at("objective"));

    PpoBatch batch = ppo_rows(rollout, targets, at::arange(rollout.lengths.size(0), at::kLong));
    batch.logprobs = tensor(data.tensors, "new_logprobs").clone().requires_grad_(true);
    batch.values = tensor(data.tensors, "new_values").clone().requires_grad_(true);
    batch.entropy = new_tokens(data).entropy;
    const LossResult result = ppo_loss(batch, config);
    result.loss.backward();
    compare_metrics(comparison, stats_of(result), item.at("stats"));
    const auto compare = [&](const std::string& what, const at::Tensor& gradient) {
        comparison.close(what, gradient, tensor(data.tensors, case_name(item) + "." + what),
                         loss_tolerance);
    };
    compare("grad_new_logprobs", batch.logprobs.grad());
    compare("grad_new_values", batch.values.grad());
}

}  // namespace

void check_ppo_losses(const std::filesystem::path& stem, const std::string& name,
                      const Report& report) {
    check_cases<json>(stem, name, report, [&](const Losses& data) {
        run_case(name + "/whiten", report,
                 [&](Comparison& comparison) { check_whitening(data, comparison); });
        run_case(name + "/masks", report,
                 [&](Comparison& comparison) { check_masks(data, comparison); });
        run_case(name + "/new_logprobs", report, [&](Comparison& comparison) {
            comparison.close("new_logprobs", new_tokens(data).logprobs,
                             tensor(data.tensors, "new_logprobs"), loss_tolerance);
        });
        for (const json& item : data.description.at("cases"))
            run_case(name + "/" + case_name(item), report,
                     [&](Comparison& comparison) { check_ppo_case(data, item, comparison); });
    });
}

}  // namespace plumb::parity
