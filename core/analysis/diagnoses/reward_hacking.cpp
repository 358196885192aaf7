// SPDX-License-Identifier: GPL-3.0-or-later
// Reward hacking (Gao et al. 2023, Scaling Laws for Reward Model Overoptimization): the proxy that
// the run raises goes on rising while what is really wanted falls. Where nothing says what is
// wanted, a reward that pays for the form of a text gives it away.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"
#include "analysis/metric_info.h"
#include "config/roles.h"

namespace plumb {
namespace {

constexpr Threshold steps{"hacking_steps", 5, "steps whose mean is looked at; of evaluations one"};
constexpr Threshold lost{
    "hacking_lost", 0.15,
    "share of what gold had gained by its best that it has lost since: a warning"};
constexpr Threshold most_lost{"hacking_most_lost", 0.5, "share of it that is a problem"};
constexpr Threshold noise{"hacking_noise", 4, "standard errors that the loss has to be, too"};
constexpr Threshold least_gain{"hacking_least_gain", 4,
                               "standard errors that gold has to have gained before"};
constexpr Threshold gone{"hacking_gone", 0.7, "share of the loss at which the sign is gone"};
constexpr Threshold pays{
    "hacking_pays", 0.6,
    "correlation of reward with length or repetition that is a warning where there is no gold"};
constexpr Threshold form{
    "hacking_form", 0.25,
    "growth of that length as a share, or of that repetition, that has to come with it"};
constexpr Threshold thresholds[] = {steps, lost, most_lost, noise, least_gain, gone, pays, form};

/// A proxy and what it stands for. Gold of every step is of its completions, the other of held-out
/// ones.
struct Pair {
    const char *proxy, *gold;
};
constexpr Pair pairs[] = {
    {"reward", "gold_reward"},
    {"eval/reward", "eval/gold_reward"},
    {"rewards/margins", "eval/gold_reward"},
    {"rewards/margins", "eval/accuracy"},
    {"reward", "eval/accuracy"},
    {"reward", "eval/reward"},
};

/// Standard errors of the means of `count` values, at each of them: from the changes between
/// neighbours so far, whose mean size is 1.128 standard deviations of normal numbers; a trend
/// hardly enters it.
std::vector<double> errors_of_steps(std::span<const MetricPoint> points, std::size_t count) {
    std::vector<double> errors;
    double changes = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i > 0) changes += std::abs(points[i].value - points[i - 1].value);
        if (i + 1 < count) continue;
        const double deviation = i > 0 ? changes / static_cast<double>(i) / 1.128 : 0;
        errors.push_back(deviation / std::sqrt(static_cast<double>(count)));
    }
    return errors;
}

/// A step of gold against its best so far.
struct Fall {
    MetricPoint now, best;
    double proxy_now = 0, proxy_at_best = 0;
    double share = 0;  ///< of its gain up to the best that it has lost; 0: nothing of note
};

/// What became of gold while the proxy did not fall, at each step.
std::vector<Fall> falls(const DiagnosisInput& input, const Pair& pair) {
    const bool evaluated = is_held_out(pair.gold);
    const auto gold = finite_points(input, pair.gold), proxy = finite_points(input, pair.proxy);
    const std::size_t count = evaluated ? 1 : static_cast<std::size_t>(steps.value);
    const std::size_t proxy_count =
        is_held_out(pair.proxy) ? 1 : static_cast<std::size_t>(steps.value);
    const auto means = trailing_means(gold, count);
    const auto proxies = trailing_means(proxy, proxy_count);
    const auto best = best_so_far(means);
    const auto errors =
        evaluated ? evaluation_errors(input, pair.gold, gold) : errors_of_steps(gold, count);
    std::vector<Fall> all;
    for (std::size_t i = 0; i < means.size(); ++i) {
        Fall& fall = all.emplace_back(Fall{means[i], best[i]});
        const double gain = best[i].value - means.front().value;
        const double loss = best[i].value - means[i].value;
        const auto before = value_at(proxies, best[i].step), now = value_at(proxies, means[i].step);
        if (!before || !now || *now < *before) continue;
        fall.proxy_at_best = *before;
        fall.proxy_now = *now;
        if (gain > 0 && gain >= least_gain * errors[i] && loss >= noise * errors[i])
            fall.share = loss / gain;
    }
    return all;
}

const CheckpointRecord* nearest_checkpoint(const DiagnosisInput& input, std::int64_t step) {
    const CheckpointRecord* nearest = nullptr;
    for (const CheckpointRecord& checkpoint : input.checkpoints)
        if (!nearest || std::abs(checkpoint.step - step) < std::abs(nearest->step - step))
            nearest = &checkpoint;
    return nearest;
}

void offer_remedies(const DiagnosisInput& input, Diagnosis& diagnosis) {
    const Settings& settings = input.settings;
    offer_higher_kl_price(input, diagnosis, 0.1);
    if (makes_reward_model(settings) && samples_pairs(settings))
        offer(input, diagnosis, "Reward model from more pairs",
              {{"pairs_prompts", std::to_string(2 * settings.pairs_prompts)}});
}

std::optional<Diagnosis> gold_falls(const DiagnosisInput& input, const Pair& pair) {
    const std::vector<Fall> all = falls(input, pair);
    std::vector<MetricPoint> shares;
    for (const Fall& fall : all) shares.push_back({fall.now.step, fall.share});
    const auto episode = last_episode(
        shares, [](const MetricPoint& share) { return share.value >= lost; },
        [](const MetricPoint& share) { return share.value >= gone * lost; });
    if (!episode) return std::nullopt;
    const auto last =
        std::ranges::find(all, episode->last_step, [](const Fall& fall) { return fall.now.step; });

    Diagnosis diagnosis = diagnosis_of(*episode, "reward_hacking", "Reward hacking");
    diagnosis.severity = last->share >= most_lost ? Severity::problem : Severity::warning;
    const bool task_gold = is_gold(pair.gold);
    diagnosis.sentence = metric_info(pair.proxy, input.settings.algorithm).title + " rose from " +
                         rounded(last->proxy_at_best) + " to " + rounded(last->proxy_now) +
                         " while " + (task_gold ? "gold" : "what is held out") + " fell from " +
                         rounded(last->best.value) + " to " + rounded(last->now.value) + " (" +
                         pair.gold + ") since step " + std::to_string(last->best.step) + ".";
    if (const auto repeated =
            value_at(finite_points(input, "completions/repetition"), episode->last_step);
        repeated && *repeated >= 0.05)
        diagnosis.sentence +=
            " " + percent(*repeated) + " of what completions say, they say again.";
    diagnosis.advice = "The policy finds what the reward pays for by mistake.";
    if (const CheckpointRecord* checkpoint = nearest_checkpoint(input, last->best.step))
        diagnosis.advice += " The checkpoint nearest to the best is that of step " +
                            std::to_string(checkpoint->step) + ".";
    diagnosis.advice +=
        " Stop there, make distance dearer, or teach the reward what it does not know.";
    diagnosis.evidence.first_step = last->best.step;
    diagnosis.evidence.metrics = {pair.proxy, pair.gold, "objective/kl", "completions/repetition"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "gold", false};
    offer_remedies(input, diagnosis);
    if (last->best.step > 0 && last->best.step < input.settings.max_steps)
        offer_new_run(input, diagnosis, "Stop at the best step",
                      {{"max_steps", std::to_string(last->best.step)}});
    return diagnosis;
}

/// Without gold: the reward goes with the length or the repetition of completions, and both grow.
std::optional<Diagnosis> form_pays(const DiagnosisInput& input, const char* correlation_key,
                                   const char* form_key, std::string_view word) {
    const auto count = static_cast<std::size_t>(steps.value);
    const auto forms = finite_points(input, form_key), rewards = finite_points(input, "reward");
    if (forms.size() < count || rewards.size() < count) return std::nullopt;
    const auto form_means = trailing_means(forms, count);
    const auto reward_means = trailing_means(rewards, count);
    const double form_start = start_mean(forms, count), reward_start = start_mean(rewards, count);
    const auto pays_for_it = [&](const MetricPoint& mean, double slack) {
        const auto size = value_at(form_means, mean.step),
                   reward = value_at(reward_means, mean.step);
        if (!size || !reward || *reward <= reward_start) return false;
        const bool is_share = word == "repetition";
        const double grown = is_share ? *size - form_start : *size / form_start - 1;
        return mean.value >= slack * pays && grown >= slack * form;
    };
    const auto means = trailing_means(finite_points(input, correlation_key), count);
    const auto episode = last_episode(
        means, [&](const MetricPoint& mean) { return pays_for_it(mean, 1); },
        [&](const MetricPoint& mean) { return pays_for_it(mean, gone); });
    if (!episode) return std::nullopt;
    Diagnosis diagnosis = diagnosis_of(*episode, "reward_for_" + std::string(word),
                                       "Reward for " + std::string(word), 20);
    diagnosis.sentence = "Reward and " + std::string(word) + " correlate at " +
                         rounded(*value_at(means, episode->last_step), 2) + " " + when(*episode) +
                         ", and with the reward, from " + rounded(reward_start) + " to " +
                         rounded(*value_at(reward_means, episode->last_step)) + ", the " +
                         std::string(word) + " grew from " + rounded(form_start) + " to " +
                         rounded(*value_at(form_means, episode->last_step)) + ".";
    diagnosis.advice =
        "Nothing measures what is really wanted here, so look: read the completions "
        "with the highest reward, and label some.";
    diagnosis.evidence.metrics = {"reward", form_key, correlation_key};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "reward", true};
    offer_remedies(input, diagnosis);
    return diagnosis;
}

bool measures_gold(const DiagnosisInput& input) {
    return first_metric(input, {"gold_reward", "eval/gold_reward", "eval/accuracy"}).has_value();
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    std::vector<Diagnosis> found;
    for (const Pair& pair : pairs)
        if (auto diagnosis = gold_falls(input, pair)) found.push_back(std::move(*diagnosis));
    if (!found.empty()) {
        // They tell of one failure: the one that says most of it.
        return {*std::ranges::min_element(found, [](const Diagnosis& a, const Diagnosis& b) {
            return std::tuple(!a.standing, a.first_step) < std::tuple(!b.standing, b.first_step);
        })};
    }
    if (measures_gold(input)) return found;
    const auto add = [&](std::optional<Diagnosis> diagnosis) {
        if (diagnosis) found.push_back(std::move(*diagnosis));
    };
    add(form_pays(input, "reward_correlation/length", "completions/mean_length", "length"));
    add(form_pays(input, "reward_correlation/repetition", "completions/repetition", "repetition"));
    return found;
}

}  // namespace

const DiagnosisRule reward_hacking_rule = {"reward_hacking", "Reward hacking", find, thresholds};

}  // namespace plumb
