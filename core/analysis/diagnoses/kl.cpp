// SPDX-License-Identifier: GPL-3.0-or-later
// The distance to the reference: too far, below 0, or too far within one step.
#include <algorithm>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"

namespace plumb {
namespace {

constexpr Threshold steps{"kl_steps", 5, "steps whose mean is looked at; of evaluations the last"};
constexpr Threshold warning{"kl_warning", 15, "nats a completion that are a warning"};
constexpr Threshold problem{"kl_problem", 30, "nats a completion that are a problem"};
constexpr Threshold token{"kl_token", 0.3,
                          "least nats a token with them: long texts may be far as a whole"};
constexpr Threshold negative{"kl_negative", -1, "nats a completion below which it is no KL"};
constexpr Threshold clipped{"kl_clipped", 0.3,
                            "share of clipped tokens at which an update goes too far"};
constexpr Threshold gone{"kl_gone", 0.8, "share of a threshold at which its sign is gone"};
constexpr Threshold thresholds[] = {steps, warning, problem, token, negative, clipped, gone};

struct Distance {
    std::string key;
    std::vector<MetricPoint> completion;  ///< nats of a completion
    std::vector<MetricPoint> per_token;   ///< at the same steps; empty: lengths are not known
};

/// Each value divided by the length of the step's completions, or times it; empty where lengths are
/// not known.
std::vector<MetricPoint> by_length(const std::vector<MetricPoint>& values,
                                   const std::vector<MetricPoint>& lengths, bool times) {
    std::vector<MetricPoint> result;
    for (const MetricPoint& point : values)
        if (const auto length = value_at(lengths, point.step); length && *length > 0)
            result.push_back({point.step, times ? point.value * *length : point.value / *length});
    return result.size() == values.size() ? result : std::vector<MetricPoint>();
}

/// As each step measures it, else as evaluations do.
std::optional<Distance> distance(const DiagnosisInput& input) {
    const auto count = static_cast<std::size_t>(steps.value);
    const auto lengths = finite_points(input, "completions/mean_length");
    if (const auto sums = finite_points(input, "objective/kl"); !sums.empty())
        return Distance{"objective/kl", trailing_means(sums, count),
                        trailing_means(by_length(sums, lengths, false), count)};
    if (const auto tokens = finite_points(input, "kl"); !tokens.empty() && !lengths.empty())
        return Distance{"kl", trailing_means(by_length(tokens, lengths, true), count),
                        trailing_means(tokens, count)};
    const auto sums = finite_points(input, "eval/kl_sequence");
    if (sums.empty()) return std::nullopt;
    return Distance{"eval/kl_sequence", sums,
                    by_length(sums, finite_points(input, "eval/mean_length"), false)};
}

std::string worst_token(const DiagnosisInput& input, std::int64_t step) {
    for (const char* key : {"objective/kl_max_token", "kl_max_token"})
        if (const auto worst = value_at(finite_points(input, key), step))
            return ", that of the worst token " + rounded(*worst) + " nats";
    return {};
}

std::optional<Diagnosis> blow_up(const DiagnosisInput& input, const Distance& kl) {
    const auto far = [&](const MetricPoint& point, double share) {
        const auto per_token = value_at(kl.per_token, point.step);
        return point.value >= share * warning && (!per_token || *per_token >= share * token);
    };
    const auto episode = last_episode(
        kl.completion, [&](const MetricPoint& point) { return far(point, 1); },
        [&](const MetricPoint& point) { return far(point, gone); });
    if (!episode) return std::nullopt;
    const double nats = *value_at(kl.completion, episode->last_step);
    Diagnosis diagnosis = diagnosis_of(*episode, "kl_blow_up", "KL blow-up", 10);
    diagnosis.severity = nats >= problem ? Severity::problem : Severity::warning;
    diagnosis.sentence = "The policy is " + rounded(nats) + " nats a completion from the reference";
    if (const auto per_token = value_at(kl.per_token, episode->last_step))
        diagnosis.sentence += ", " + rounded(*per_token) + " a token";
    diagnosis.sentence += worst_token(input, episode->last_step) + "; more than " +
                          rounded(warning) + " " + when(*episode) + ".";
    diagnosis.advice =
        "It has left the text it was trained on, and rewards say little about such text. Make the "
        "distance dearer, or the steps smaller.";
    diagnosis.evidence.metrics = {kl.key, "reward", "gold_reward"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "reward", true};
    offer_higher_kl_price(input, diagnosis, 0.1);
    offer_lower_learning_rate(input, diagnosis);
    return diagnosis;
}

std::optional<Diagnosis> below_zero(const DiagnosisInput& input, const Distance& kl) {
    const auto episode = last_episode(
        kl.completion, [](const MetricPoint& point) { return point.value <= negative; },
        [](const MetricPoint& point) { return point.value <= gone * negative; });
    if (!episode) return std::nullopt;
    Diagnosis diagnosis = diagnosis_of(*episode, "kl_negative", "Negative KL", 10);
    diagnosis.sentence = "The KL of a completion is " +
                         rounded(*value_at(kl.completion, episode->last_step)) + " nats, below 0 " +
                         when(*episode) + ", where no KL can be.";
    diagnosis.advice =
        "Completions are sampled by other rules than they are judged by, and the penalty becomes a "
        "reward. Sample from the whole distribution.";
    diagnosis.evidence.metrics = {kl.key, "objective/non_score_reward"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "reward", true};
    const Settings& settings = input.settings;
    Changes changes;
    if (settings.top_k != 0) changes.emplace_back("top_k", "0");
    if (settings.top_p != 1) changes.emplace_back("top_p", "1");
    if (settings.min_p) changes.emplace_back("min_p", "null");
    if (settings.repetition_penalty != 1) changes.emplace_back("repetition_penalty", "1");
    if (!changes.empty()) offer(input, diagnosis, "Sample from the whole distribution", changes);
    offer_lower_learning_rate(input, diagnosis);
    return diagnosis;
}

std::optional<Diagnosis> far_updates(const DiagnosisInput& input) {
    const auto found =
        first_metric(input, {"policy/clipfrac_avg", "clip_ratio/region_mean", "cispo_clip_ratio"});
    if (!found) return std::nullopt;
    const auto means = trailing_means(found->points, static_cast<std::size_t>(steps.value));
    const auto episode = last_episode(
        means, [](const MetricPoint& mean) { return mean.value >= clipped; },
        [](const MetricPoint& mean) { return mean.value >= gone * clipped; });
    if (!episode) return std::nullopt;
    Diagnosis diagnosis = diagnosis_of(*episode, "ratio_far", "Updates go too far", 10);
    diagnosis.sentence = percent(*value_at(means, episode->last_step)) +
                         " of the tokens are clipped " + when(*episode) +
                         ": the updates on one rollout take the policy far from the one that "
                         "sampled it.";
    diagnosis.advice = "Take smaller steps, or fewer with one rollout.";
    diagnosis.evidence.metrics = {found->key, "policy/approxkl_avg", "val/ratio", "grad_norm"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "advantage", true};
    offer_lower_learning_rate(input, diagnosis);
    const Settings& settings = input.settings;
    for (const auto& [key, passes] : {std::pair{"num_ppo_epochs", settings.num_ppo_epochs},
                                      std::pair{"num_iterations", settings.num_iterations}})
        if (passes > 1)
            offer(input, diagnosis, "Fewer passes over a rollout",
                  {{key, std::to_string(passes / 2)}});
    return diagnosis;
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    std::vector<Diagnosis> found;
    const auto add = [&](std::optional<Diagnosis> diagnosis) {
        if (diagnosis) found.push_back(std::move(*diagnosis));
    };
    if (const auto kl = distance(input)) {
        add(blow_up(input, *kl));
        add(below_zero(input, *kl));
    }
    add(far_updates(input));
    return found;
}

}  // namespace

const DiagnosisRule kl_rule = {"kl", "KL blow-up or negative KL", find, thresholds};

}  // namespace plumb
