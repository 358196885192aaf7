// SPDX-License-Identifier: GPL-3.0-or-later
// A policy that has made up its mind too early, or that becomes more and more undecided. A low
// entropy alone says nothing: a policy that knows all answers has one too.
#include <algorithm>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"
#include "config/roles.h"

namespace plumb {
namespace {

constexpr Threshold steps{"entropy_steps", 5,
                          "steps whose mean is looked at, and those of the start"};
constexpr Threshold low{"entropy_low", 0.1, "share of the start's entropy that is a collapse"};
constexpr Threshold spent{"entropy_spent", 0.02, "share of it from which a collapse is a problem"};
constexpr Threshold solved{"entropy_solved", 0.9,
                           "held-out accuracy from which a low entropy is none"};
constexpr Threshold alike{"entropy_alike", 0.5,
                          "share of the start's distinct completions above which a low entropy is "
                          "none, where there are no answers to check"};
constexpr Threshold high{"entropy_high", 1.5, "times the start's entropy that is a climb"};
constexpr Threshold rise{"entropy_rise", 0.3, "nats a token by which it has to have risen, too"};
constexpr Threshold gone{"entropy_gone", 1.25,
                         "times a threshold at which its sign is gone; divided by it for a climb"};
constexpr Threshold thresholds[] = {steps, low, spent, solved, alike, high, rise, gone};

constexpr auto count = static_cast<std::size_t>(steps.value);

struct Entropy {
    std::string key;
    double start = 0;
    std::vector<MetricPoint> means;
};

std::optional<Entropy> entropy_of(const DiagnosisInput& input) {
    if (!samples_completions(input.settings)) return std::nullopt;
    const auto found = first_metric(input, {"policy/entropy_avg", "entropy"}, count);
    if (!found) return std::nullopt;
    const double start = start_mean(found->points, count);
    if (start <= 0) return std::nullopt;
    return Entropy{found->key, start, trailing_means(found->points, count)};
}

/// Says of a step whether the policy has not reached what it is after.
class Unsolved {
public:
    explicit Unsolved(const DiagnosisInput& input)
        : accuracy_(finite_points(input, "eval/accuracy")) {
        const auto distinct = finite_points(input, "completions/distinct_ratio");
        if (distinct.size() < count) return;
        start_ = start_mean(distinct, count);
        distinct_ = trailing_means(distinct, count);
    }

    bool operator()(std::int64_t step) const {
        if (const auto accuracy = value_at(accuracy_, step)) return *accuracy < solved;
        const auto distinct = value_at(distinct_, step);
        return distinct && *distinct <= alike * start_;
    }

    /// What it has reached, as a sentence.
    std::string text(std::int64_t step) const {
        if (const auto accuracy = value_at(accuracy_, step))
            return "The held-out accuracy stands at " + rounded(*accuracy) + ".";
        return percent(value_at(distinct_, step).value_or(0)) +
               " of the completions are different ones.";
    }

private:
    std::vector<MetricPoint> accuracy_, distinct_;
    double start_ = 0;
};

void offer_wider_clipping(const DiagnosisInput& input, Diagnosis& diagnosis) {
    const Settings& settings = input.settings;
    const bool clips =
        settings.num_iterations > 1 ||
        value_at(finite_points(input, "clip_ratio/high_mean"), diagnosis.last_step).value_or(0) > 0;
    if (clips && settings.epsilon_high.value_or(settings.epsilon) < 0.28)
        offer(input, diagnosis, "Clip higher", {{"epsilon_high", "0.28"}});
}

std::optional<Diagnosis> collapse(const DiagnosisInput& input, const Entropy& entropy) {
    const Unsolved unsolved(input);
    const auto is_low = [&](const MetricPoint& mean, double slack) {
        return mean.value <= slack * low * entropy.start && unsolved(mean.step);
    };
    const auto episode = last_episode(
        entropy.means, [&](const MetricPoint& mean) { return is_low(mean, 1); },
        [&](const MetricPoint& mean) { return is_low(mean, gone); });
    if (!episode) return std::nullopt;
    const double now = *value_at(entropy.means, episode->last_step);
    Diagnosis diagnosis = diagnosis_of(*episode, "entropy_collapse", "Entropy collapse", 20);
    if (now <= spent * entropy.start) diagnosis.severity = Severity::problem;
    diagnosis.sentence = "The entropy has fallen from " + rounded(entropy.start) + " to " +
                         rounded(now) + " nats a token, " + percent(low) +
                         " of its start or less " + when(*episode) + ". " +
                         unsolved.text(episode->last_step);
    if (const auto repeated =
            value_at(finite_points(input, "completions/repetition"), episode->last_step);
        repeated && *repeated >= 0.05)
        diagnosis.sentence += " " + percent(*repeated) + " of what they say, they say again.";
    diagnosis.advice =
        "The policy has stopped exploring before it was done. Go back to a step before it, with "
        "smaller steps or a reward for being undecided.";
    diagnosis.evidence.metrics = {entropy.key, "reward", "completions/distinct_ratio",
                                  "clip_ratio/high_mean"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "reward", false};
    const Settings& settings = input.settings;
    offer_lower_learning_rate(input, diagnosis);
    offer(input, diagnosis, "Entropy bonus",
          {{"entropy_coef",
            settings.entropy_coef > 0 ? rounded(3 * settings.entropy_coef, 2) : "0.01"}});
    if (settings.temperature < 1.2)
        offer(input, diagnosis, "Higher temperature",
              {{"temperature", rounded(std::max(1.0, settings.temperature) * 1.2, 2)}});
    offer_wider_clipping(input, diagnosis);
    if (settings.algorithm == "ppo") offer_higher_kl_price(input, diagnosis, 0.05);
    return diagnosis;
}

std::optional<Diagnosis> climb(const DiagnosisInput& input, const Entropy& entropy) {
    const auto is_high = [&](const MetricPoint& mean, double slack) {
        return mean.value >= slack * high * entropy.start &&
               mean.value >= entropy.start + slack * rise;
    };
    const auto episode = last_episode(
        entropy.means, [&](const MetricPoint& mean) { return is_high(mean, 1); },
        [&](const MetricPoint& mean) { return is_high(mean, 1 / gone); });
    if (!episode) return std::nullopt;
    const double now = *value_at(entropy.means, episode->last_step);
    Diagnosis diagnosis = diagnosis_of(*episode, "entropy_climb", "Entropy climbs", 20);
    diagnosis.sentence = "The entropy has risen from " + rounded(entropy.start) + " to " +
                         rounded(now) + " nats a token, " + rounded(high) +
                         " times its start or more " + when(*episode) + ".";
    const auto reward = finite_points(input, "reward");
    if (reward.size() >= count) {
        const auto means = trailing_means(reward, count);
        const double before = start_mean(reward, count);
        const double after = value_at(means, episode->last_step).value_or(before);
        diagnosis.sentence +=
            " The reward went from " + rounded(before) + " to " + rounded(after) + ".";
        if (after < before) diagnosis.severity = Severity::problem;
    }
    diagnosis.advice =
        "The policy forgets what it could do. Take smaller steps, and pay less for being "
        "undecided.";
    diagnosis.evidence.metrics = {entropy.key, "reward", "grad_norm"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "reward", false};
    const Settings& settings = input.settings;
    if (settings.entropy_coef > 0)
        offer(input, diagnosis, "Smaller entropy bonus",
              {{"entropy_coef", rounded(settings.entropy_coef / 3, 2)}});
    if (settings.temperature > 1)
        offer(input, diagnosis, "Plain temperature", {{"temperature", "1"}});
    offer_lower_learning_rate(input, diagnosis);
    return diagnosis;
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    std::vector<Diagnosis> found;
    const auto entropy = entropy_of(input);
    if (!entropy) return found;
    if (auto diagnosis = collapse(input, *entropy)) found.push_back(std::move(*diagnosis));
    if (auto diagnosis = climb(input, *entropy)) found.push_back(std::move(*diagnosis));
    return found;
}

}  // namespace

const DiagnosisRule entropy_rule = {"entropy", "Entropy collapse or climb", find, thresholds};

}  // namespace plumb
