// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "analysis/metric_info.h"
#include "config/roles.h"

namespace plumb {
namespace {

using Groups = std::vector<ChartGroup>;

const ChartGroup reward = {"Reward", {"reward", "eval/reward", "gold_reward", "eval/gold_reward"}};
const ChartGroup accuracy = {"Held-out accuracy", {"eval/accuracy", "eval/accuracy_greedy"}};
const ChartGroup sequence_kl = {"KL of a completion", {"objective/kl", "eval/kl_sequence"}};
const ChartGroup length = {"Completion length", {"completions/mean_length", "eval/mean_length"}};
const ChartGroup distinct = {
    "Distinct and cut",
    {"completions/distinct_ratio", "eval/distinct_ratio", "completions/clipped_ratio"}};
const ChartGroup entropy = {"Entropy", {"entropy"}};
const ChartGroup scratchpad = {"Scratchpad use", {"completions/scratchpad", "eval/scratchpad"}};
const ChartGroup no_difference = {"Groups without a difference", {"frac_reward_zero_std"}};
const ChartGroup loss = {"Loss", {"loss", "eval/loss"}};
const ChartGroup clipped = {"Clipped tokens", {"clip_ratio/low_mean", "clip_ratio/high_mean"}};
const ChartGroup norm = {"Gradient norm", {"grad_norm"}};
const ChartGroup rate = {"Learning rate", {"learning_rate"}};

Groups charts_of(std::string_view algorithm) {
    if (algorithm == "sft")
        return {loss,     {"Token accuracy", {"mean_token_accuracy", "eval/mean_token_accuracy"}},
                accuracy, entropy,
                norm,     rate};
    if (algorithm == "reward")
        return {{"Pairs in order", {"accuracy", "eval/accuracy", "eval/accuracy_gold"}},
                loss,
                {"Score margin", {"margin", "eval/margin"}},
                {"Correlation with gold", {"eval/gold_correlation"}},
                {"Scores", {"mean_reward"}},
                norm,
                rate};
    if (algorithm == "dpo")
        return {reward,
                accuracy,
                sequence_kl,
                {"Reward margin", {"rewards/margins", "eval/rewards/margins"}},
                {"Pairs told apart", {"rewards/accuracies", "eval/rewards/accuracies"}},
                {"Log-probabilities of pairs", {"logps/chosen", "logps/rejected"}},
                loss,
                length,
                distinct,
                {"Implicit rewards", {"rewards/chosen", "rewards/rejected"}},
                entropy,
                scratchpad,
                no_difference,
                norm,
                rate};
    if (algorithm == "ppo")
        return {reward,
                accuracy,
                sequence_kl,
                {"Policy and value loss", {"loss/policy_avg", "loss/value_avg"}},
                length,
                distinct,
                {"Entropy", {"policy/entropy_avg"}},
                {"Clipped shares", {"policy/clipfrac_avg", "val/clipfrac_avg"}},
                {"Explained variance", {"val/explained_variance"}},
                scratchpad,
                norm,
                rate};
    Groups groups = {reward, accuracy};
    if (algorithm == "grpo") groups.push_back({"KL to the reference", {"kl"}});
    groups.insert(groups.end(), {sequence_kl, length, entropy, loss, scratchpad, no_difference});
    if (algorithm == "grpo")
        groups.push_back({"Groups all best and all wrong", {"frac_all_best", "frac_all_worst"}});
    groups.insert(groups.end(), {distinct, clipped, norm, rate});
    return groups;
}

}  // namespace

std::vector<ChartGroup> default_charts(std::string_view algorithm) {
    Groups groups = charts_of(algorithm);
    groups.push_back({"Supervised start", {"start/loss"}});
    groups.push_back({"Reward model loss", {"reward_model/loss", "reward_model/eval_loss"}});
    groups.push_back({"Reward model pairs",
                      {"reward_model/accuracy", "reward_model/eval_accuracy",
                       "reward_model/eval_accuracy_gold"}});
    groups.push_back({"Labels the reward model agrees with",
                      {"reward_refresh/accuracy_before", "reward_refresh/accuracy_after"}});
    groups.push_back(
        {"Memory", {"memory/peak", "memory/activations", "memory/run_peak", "memory/growth"}});
    groups.push_back(
        {"Tokens so far", {"cost/trained_tokens", "cost/generated_tokens", "cost/scored_tokens"}});
    groups.push_back(
        {"Seconds so far", {"time/update_total", "time/generate_total", "time/score_total"}});
    return groups;
}

std::vector<ChartGroup> default_charts(const Settings& settings) {
    Groups groups = default_charts(settings.algorithm);
    // Without a reference it stays empty, so that it does not stand before those with curves.
    if (settings.algorithm == "grpo" && settings.beta == 0) {
        const auto kl = std::ranges::find(groups, "KL to the reference", &ChartGroup::title);
        if (kl != groups.end()) std::rotate(kl, kl + 1, groups.end());
    }
    if (!samples_completions(settings)) return groups;
    ChartGroup parts{"Rewards by function", {}};
    for (const std::string& entry : scoring_functions(settings))
        parts.keys.push_back("rewards/" + reward_shown_name(entry) + "/mean");
    const auto sum = std::ranges::find(groups, reward.title, &ChartGroup::title);
    if (parts.keys.size() > 1 && sum != groups.end()) groups.insert(sum + 1, std::move(parts));
    return groups;
}

std::vector<std::string> curve_names(std::string_view algorithm,
                                     const std::vector<std::string>& keys) {
    const auto in = [](const ChartGroup& group) {
        return [&group](const std::string& key) {
            return std::ranges::find(group.keys, key) != group.keys.end();
        };
    };
    const bool together = std::ranges::any_of(
        default_charts(algorithm),
        [&](const ChartGroup& group) { return std::ranges::all_of(keys, in(group)); });
    std::vector<std::string> names;
    for (const std::string& key : keys) {
        const MetricInfo info = metric_info(key, algorithm);
        std::string name = together ? info.name : info.title;
        const std::string first_unit = metric_info(keys.front(), algorithm).unit;
        if (!together && info.unit != first_unit && !info.unit.empty()) name += ", " + info.unit;
        names.push_back(std::move(name));
    }
    return names;
}

std::optional<MetricBand> shown_band(const ChartGroup& chart, std::size_t index) {
    const auto band = metric_band(chart.keys[index]);
    const auto has = [&](const std::string& key) {
        return std::ranges::find(chart.keys, key) != chart.keys.end();
    };
    if (!band || has(band->low) || has(band->high)) return std::nullopt;
    return band;
}

}  // namespace plumb
