// SPDX-License-Identifier: GPL-3.0-or-later
// Completions that reach max_completion_length before they end: what a reward looks for at the end
// of a text is never there.
#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"

namespace plumb {
namespace {

constexpr Threshold steps{"cut_steps", 3, "steps whose mean is looked at"};
constexpr Threshold warning{"cut_warning", 0.5, "share of cut completions that is a warning"};
constexpr Threshold problem{"cut_problem", 0.9, "share of cut completions that is a problem"};
constexpr Threshold gone{"cut_gone", 0.4, "share below which the sign is gone"};
constexpr Threshold thresholds[] = {steps, warning, problem, gone};

/// Room for twice the length: in the model too where it is a new one.
void offer_longer(const DiagnosisInput& input, Diagnosis& diagnosis) {
    const std::int64_t longer = 2 * input.settings.max_completion_length;
    const std::pair<std::string_view, std::string> change{"max_completion_length",
                                                          std::to_string(longer)};
    if (offer(input, diagnosis, "Longer completions", {change})) return;
    const std::int64_t positions = 2 * input.settings.max_position_embeddings;
    offer(input, diagnosis, "Longer completions",
          {change, {"max_position_embeddings", std::to_string(positions)}});
}

std::string sentence(const DiagnosisInput& input, const Episode& episode, double share) {
    std::string text = percent(share) + " of the completions were cut at max_completion_length " +
                       std::to_string(input.settings.max_completion_length) + " " + when(episode) +
                       ".";
    const auto spread = value_at(finite_points(input, "reward_std"), episode.last_step);
    if (spread && *spread < 1e-8)
        text += " All of them score the same, so that there is nothing to learn from.";
    return text;
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    const auto cut = finite_points(input, "completions/clipped_ratio");
    const auto means = trailing_means(cut, static_cast<std::size_t>(steps.value));
    const auto episode = last_episode(
        means, [](const MetricPoint& mean) { return mean.value >= warning; },
        [](const MetricPoint& mean) { return mean.value >= gone; });
    if (!episode) return {};
    const double share = *value_at(means, episode->last_step);
    Diagnosis diagnosis =
        diagnosis_of(*episode, "all_cut", "Answers are cut", static_cast<std::int64_t>(steps));
    diagnosis.severity = share >= problem ? Severity::problem : Severity::warning;
    diagnosis.sentence = sentence(input, *episode, share);
    diagnosis.advice =
        "Let completions be longer. Where the policy never ends by itself, it has not learned to: "
        "train it on demonstrations that end, or reward an end.";
    diagnosis.evidence.metrics = {"completions/clipped_ratio", "completions/mean_length", "reward"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "length", true};
    offer_longer(input, diagnosis);
    if (input.settings.algorithm == "ppo" && !input.settings.missing_eos_penalty)
        offer(input, diagnosis, "Penalty for no end", {{"missing_eos_penalty", "1"}});
    return {diagnosis};
}

}  // namespace

const DiagnosisRule all_cut_rule = {"all_cut", "All answers cut", find, thresholds};

}  // namespace plumb
