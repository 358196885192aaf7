// SPDX-License-Identifier: GPL-3.0-or-later
// Groups whose completions all score the same have no advantages: they cost sampling and teach
// nothing. Which way they are the same decides what helps.
#include <algorithm>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"
#include "config/roles.h"

namespace plumb {
namespace {

constexpr Threshold steps{"dead_steps", 5, "steps whose mean is looked at"};
constexpr Threshold dead_share{"dead_share", 0.8, "share of groups without spread that is a sign"};
constexpr Threshold gone{"dead_gone", 0.7, "share below which the sign is gone"};
constexpr Threshold hard{"dead_hard", 0.5,
                         "share of groups all wrong from which prompts are too hard: a warning"};
constexpr Threshold hopeless{"dead_hopeless", 0.9, "share of groups all wrong that is a problem"};
constexpr Threshold stuck{
    "dead_stuck", 0.1,
    "share of groups all wrong above which the others are not called learned: a warning"};
constexpr Threshold thresholds[] = {steps, dead_share, gone, hard, hopeless, stuck};

void offer_spread(const DiagnosisInput& input, Diagnosis& diagnosis) {
    const Settings& settings = input.settings;
    offer(input, diagnosis, "Larger groups",
          {{"num_generations", std::to_string(2 * settings.num_generations)}});
    if (settings.temperature < 1.2)
        offer(input, diagnosis, "Higher temperature",
              {{"temperature", rounded(std::max(1.0, settings.temperature) * 1.2, 2)}});
}

void offer_digits(const DiagnosisInput& input, Diagnosis& diagnosis, std::string_view label,
                  int more) {
    offer(input, diagnosis, label,
          {{"arithmetic_digits", std::to_string(input.settings.arithmetic_digits + more)}});
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    const auto count = static_cast<std::size_t>(steps.value);
    const auto best = trailing_means(finite_points(input, "frac_all_best"), count);
    const auto worst = trailing_means(finite_points(input, "frac_all_worst"), count);
    if (best.size() != worst.size() || best.empty()) return {};
    std::vector<MetricPoint> dead = best;
    for (std::size_t i = 0; i < dead.size(); ++i) dead[i].value += worst[i].value;
    const auto episode = last_episode(
        dead, [](const MetricPoint& mean) { return mean.value >= dead_share; },
        [](const MetricPoint& mean) { return mean.value >= gone; });
    if (!episode) return {};

    Diagnosis diagnosis = diagnosis_of(*episode, "dead_groups", "Groups without a difference",
                                       static_cast<std::int64_t>(steps));
    const double right = *value_at(best, episode->last_step);
    const double wrong = *value_at(worst, episode->last_step);
    diagnosis.sentence = percent(right + wrong) +
                         " of the groups have no spread in their rewards " + when(*episode) + ": " +
                         percent(right) + " all right, " + percent(wrong) +
                         " all wrong. They teach nothing.";
    diagnosis.evidence.metrics = {"frac_reward_zero_std", "frac_all_best", "frac_all_worst",
                                  "grad_norm"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "reward", wrong < hard};
    if (wrong >= hard) {
        diagnosis.severity = wrong >= hopeless ? Severity::problem : Severity::warning;
        diagnosis.advice =
            "The prompts are too hard for the policy. Give it easier ones, or make a right answer "
            "among those of a group likelier.";
        offer_spread(input, diagnosis);
        offer_digits(input, diagnosis, "Easier prompts", -1);
    } else if (wrong > stuck) {
        diagnosis.advice =
            "The policy has made up its mind, wrongly on some prompts, and finds no other answer "
            "to them.";
        offer_spread(input, diagnosis);
    } else {
        diagnosis.severity = Severity::note;
        diagnosis.advice = "The prompts are learned. Finish the run, or give it harder ones.";
        offer_digits(input, diagnosis, "Harder prompts", 1);
    }
    return {diagnosis};
}

}  // namespace

const DiagnosisRule dead_groups_rule = {"dead_groups", "Dead groups", find, thresholds};

}  // namespace plumb
