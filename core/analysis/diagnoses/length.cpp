// SPDX-License-Identifier: GPL-3.0-or-later
// Completions that become much longer or shorter than they were, and whether the reward pays for
// that.
#include <algorithm>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"
#include "base/strings.h"
#include "config/roles.h"

namespace plumb {
namespace {

constexpr Threshold steps{"length_steps", 5,
                          "steps whose mean is looked at, and those of the start"};
constexpr Threshold longer{"length_longer", 2, "times the start's length that is an explosion"};
constexpr Threshold shorter{"length_shorter", 0.5, "share of the start's length that is a shrink"};
constexpr Threshold least{"length_least", 4, "tokens by which the length has to have changed, too"};
constexpr Threshold gone{"length_gone", 0.9, "share of the change at which its sign is gone"};
constexpr Threshold pays{"length_pays", 0.3,
                         "correlation of reward and length from which the reward pays for it"};
constexpr Threshold thresholds[] = {steps, longer, shorter, least, gone, pays};

constexpr auto count = static_cast<std::size_t>(steps.value);

struct Lengths {
    std::string key;
    double start = 0;
    std::vector<MetricPoint> means;
};

/// Of each step's completions; where a run samples none while it trains, of its evaluations, which
/// are means over more of them.
std::optional<Lengths> lengths_of(const DiagnosisInput& input) {
    const auto means_of = [&](const std::string& key,
                              std::size_t number) -> std::optional<Lengths> {
        const auto points = finite_points(input, key);
        if (points.size() <= number) return std::nullopt;
        return Lengths{key, start_mean(points, number), trailing_means(points, number)};
    };
    if (samples_completions(input.settings)) return means_of("completions/mean_length", count);
    return is_supervised(input.settings) ? std::nullopt : means_of("eval/mean_length", 1);
}

/// Whether what the task really wants has become better between the steps; nothing where it was not
/// measured between them.
std::optional<bool> became_better(const DiagnosisInput& input, std::int64_t first,
                                  std::int64_t last) {
    for (const char* key : {"eval/accuracy", "eval/gold_reward"}) {
        const auto points = finite_points(input, key);
        const auto before = value_at(points, first), after = value_at(points, last);
        const auto next = std::ranges::upper_bound(points, first, {}, &MetricPoint::step);
        if (before && next != points.end() && next->step <= last) return *after > *before;
    }
    return std::nullopt;
}

std::string range_text(const DiagnosisInput& input, std::int64_t step) {
    const auto shortest = value_at(finite_points(input, "completions/min_length"), step);
    const auto longest = value_at(finite_points(input, "completions/max_length"), step);
    if (!shortest || !longest) return {};
    return " (shortest " + rounded(*shortest) + ", longest " + rounded(*longest) + ")";
}

Diagnosis common(const DiagnosisInput& input, const Lengths& lengths, const Episode& episode,
                 std::string id, std::string title, const std::string& change) {
    Diagnosis diagnosis = diagnosis_of(episode, std::move(id), std::move(title), 20);
    diagnosis.sentence = "Completions have " + change + " from " + rounded(lengths.start) + " to " +
                         rounded(*value_at(lengths.means, episode.last_step)) + " tokens" +
                         range_text(input, episode.last_step) + " " + when(episode) + ".";
    // A step whose rewards are all the same has none.
    const auto correlation = finite_points(input, "reward_correlation/length");
    if (correlation.size() >= count && correlation.back().step >= episode.first_step)
        if (const auto mean = value_at(trailing_means(correlation, count), episode.last_step))
            diagnosis.sentence += " Reward and length correlate at " + format_fixed(*mean, 2) + ".";
    const auto better = became_better(input, diagnosis.evidence.first_step, episode.last_step);
    if (better && *better) {
        diagnosis.severity = Severity::note;
        diagnosis.sentence += " Held-out answers have become better with it.";
    } else if (better) {
        diagnosis.sentence += " Held-out answers have not become better with it.";
    }
    diagnosis.evidence.metrics = {lengths.key, "completions/max_length",
                                  "completions/clipped_ratio", "reward_correlation/length"};
    return diagnosis;
}

/// The rewards with one more, each with its weight.
Changes with_reward(const Settings& settings, const std::string& name, const std::string& weight) {
    std::vector<std::string> names = reward_function_names(settings), weights;
    if (names.empty() && is_built_in_task(settings)) names = {settings.task};
    if (names.empty() || std::ranges::find(names, name) != names.end()) return {};
    for (std::size_t i = 0; i < names.size(); ++i)
        weights.push_back(
            i < settings.reward_weights.size() ? format_number(settings.reward_weights[i]) : "1");
    names.push_back(name);
    weights.push_back(weight);
    return {{"reward_funcs", "[" + join(names, ", ") + "]"},
            {"reward_weights", "[" + join(weights, ", ") + "]"}};
}

std::optional<Diagnosis> explosion(const DiagnosisInput& input, const Lengths& lengths) {
    const double change = std::max((longer - 1) * lengths.start, least.value);
    const auto episode = last_episode(
        lengths.means,
        [&](const MetricPoint& mean) { return mean.value >= lengths.start + change; },
        [&](const MetricPoint& mean) { return mean.value >= lengths.start + gone * change; });
    if (!episode) return std::nullopt;
    Diagnosis diagnosis =
        common(input, lengths, *episode, "length_explosion", "Length explosion", "grown");
    diagnosis.advice =
        "Where the reward pays for length, take that away: a loss that weighs every token alike, a "
        "penalty for what is overlong.";
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "length", true};
    const Settings& settings = input.settings;
    if (settings.loss_type == "grpo" || settings.loss_type == "bnpo")
        offer(input, diagnosis, "Length-independent loss", {{"loss_type", "dr_grpo"}});
    if (settings.algorithm == "dpo" && !settings.online_dpo && !settings.ld_alpha)
        offer(input, diagnosis, "Length-independent loss", {{"ld_alpha", "0.5"}});
    if (const Changes overlong = with_reward(settings, "overlong", "1"); !overlong.empty())
        offer(input, diagnosis, "Overlong penalty", overlong);
    return diagnosis;
}

std::optional<Diagnosis> shrink(const DiagnosisInput& input, const Lengths& lengths) {
    const double change = std::max((1 - shorter) * lengths.start, least.value);
    const auto episode = last_episode(
        lengths.means,
        [&](const MetricPoint& mean) { return mean.value <= lengths.start - change; },
        [&](const MetricPoint& mean) { return mean.value <= lengths.start - gone * change; });
    if (!episode) return std::nullopt;
    Diagnosis diagnosis =
        common(input, lengths, *episode, "length_shrink", "Length shrinks", "shrunk");
    diagnosis.advice =
        "Look at what they still say. Where the reward pays for short ones, hold the policy nearer "
        "to the reference, or aim at a length.";
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "length", false};
    offer_higher_kl_price(input, diagnosis, 0.1);
    const Settings& settings = input.settings;
    if (Changes target = with_reward(settings, "length_target", "0.5"); !target.empty()) {
        target.emplace_back("reward_length", rounded(lengths.start, 2));
        offer(input, diagnosis, "Aim at the length of the start", target);
    }
    return diagnosis;
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    std::vector<Diagnosis> found;
    const auto lengths = lengths_of(input);
    if (!lengths) return found;
    if (auto diagnosis = explosion(input, *lengths)) found.push_back(std::move(*diagnosis));
    if (auto diagnosis = shrink(input, *lengths)) found.push_back(std::move(*diagnosis));
    return found;
}

}  // namespace

const DiagnosisRule length_rule = {"length", "Length explosion or shrink", find, thresholds};

}  // namespace plumb
