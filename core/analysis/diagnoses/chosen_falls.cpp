// SPDX-License-Identifier: GPL-3.0-or-later
// DPO that makes the chosen completions unlikelier than they were at the start (Razin et al. 2024,
// Unintentional Unalignment: likelihood displacement). The loss asks for a margin alone: within
// bounds that is normal. Where the samples worsen with it, the policy drifts to neither side.
#include <algorithm>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"
#include "base/strings.h"

namespace plumb {
namespace {

constexpr Threshold steps{"chosen_steps", 5, "steps whose mean is looked at; of evaluations one"};
constexpr Threshold fallen{"chosen_fallen", 1, "nats that chosen completions have lost: a note"};
constexpr Threshold far{"chosen_far", 10, "nats that they have lost: a warning"};
constexpr Threshold far_share{
    "chosen_far_share", 0.25,
    "share of their log-probability at the start that this has to be, too"};
constexpr Threshold worse{"chosen_worse", 0.25,
                          "share of their gain that held-out answers have lost with it: a problem"};
constexpr Threshold noise{"chosen_noise", 4, "standard errors that this loss has to be, too"};
constexpr Threshold gone{"chosen_gone", 0.8, "share of the first at which the sign is gone"};
constexpr Threshold thresholds[] = {steps, fallen, far, far_share, worse, noise, gone};

/// Changes of mean log-probabilities since the start, nats.
struct Drift {
    std::string key;
    std::vector<MetricPoint> chosen, rejected;
    double start = 0;  ///< of the chosen ones; 0: not known
};

std::vector<MetricPoint> since_start(std::vector<MetricPoint> points) {
    const double start = points.front().value;
    for (MetricPoint& point : points) point.value -= start;
    return points;
}

std::vector<MetricPoint> scaled(std::vector<MetricPoint> points, double factor) {
    for (MetricPoint& point : points) point.value *= factor;
    return points;
}

/// Of held-out pairs, which are the same at every evaluation, else from the implicit rewards, which
/// are dpo_beta times the change.
std::optional<Drift> drift(const DiagnosisInput& input) {
    const auto chosen = finite_points(input, "eval/logps/chosen");
    const auto rejected = finite_points(input, "eval/logps/rejected");
    if (chosen.size() > 1 && chosen.size() == rejected.size())
        return Drift{"eval/logps/chosen", since_start(chosen), since_start(rejected),
                     chosen.front().value};
    const auto count = static_cast<std::size_t>(steps.value);
    const auto reward = finite_points(input, "rewards/chosen");
    const auto other = finite_points(input, "rewards/rejected");
    if (reward.size() < count || reward.size() != other.size() || input.settings.dpo_beta <= 0)
        return std::nullopt;
    const double factor = 1 / input.settings.dpo_beta;
    const auto logps = finite_points(input, "logps/chosen");
    return Drift{"rewards/chosen", scaled(trailing_means(reward, count), factor),
                 scaled(trailing_means(other, count), factor),
                 logps.empty() ? 0 : logps.front().value};
}

/// What the held-out answers have lost of their gain by the step, where it is of note.
std::optional<std::string> worse_answers(const DiagnosisInput& input, std::int64_t step) {
    for (const char* key : {"eval/accuracy", "eval/gold_reward"}) {
        const auto points = finite_points(input, key);
        const auto now = value_at(points, step);
        if (!now) continue;
        const auto errors = evaluation_errors(input, key, points);
        const MetricPoint best =
            *std::ranges::max_element(points, {}, [&](const MetricPoint& point) {
                return point.step <= step ? point.value : points.front().value;
            });
        const double loss = best.value - *now;
        const double error = *std::ranges::max_element(errors);
        if (loss <= noise * error || loss < worse * (best.value - points.front().value)) return {};
        return std::string(key) + " fell from " + rounded(best.value) + " at step " +
               std::to_string(best.step) + " to " + rounded(*now);
    }
    return std::nullopt;
}

std::string change_text(double nats) {
    return (nats < 0 ? "fallen by " : "risen by ") + rounded(std::abs(nats));
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    if (input.settings.algorithm != "dpo") return {};
    const auto change = drift(input);
    if (!change) return {};
    const auto episode = last_episode(
        change->chosen, [](const MetricPoint& point) { return point.value <= -fallen; },
        [](const MetricPoint& point) { return point.value <= -gone * fallen; });
    if (!episode) return {};
    const double chosen = *value_at(change->chosen, episode->last_step);
    const double rejected = value_at(change->rejected, episode->last_step).value_or(0);

    Diagnosis diagnosis = diagnosis_of(*episode, "chosen_falls", "Chosen completions fall");
    diagnosis.evidence.first_step = 0;
    diagnosis.sentence = "The log-probability of chosen completions has " + change_text(chosen) +
                         " nats since the start and that of rejected ones " +
                         change_text(rejected) + ", so that the margin is " +
                         rounded(chosen - rejected) + ".";
    const auto loss = worse_answers(input, episode->last_step);
    const bool is_far = chosen <= -far && chosen <= far_share * change->start;
    if (loss && rejected < 0) {
        diagnosis.severity = Severity::problem;
        diagnosis.sentence += " Samples worsen with it: " + *loss + ".";
    } else {
        diagnosis.severity = is_far ? Severity::warning : Severity::note;
    }
    diagnosis.advice = diagnosis.severity == Severity::note
                           ? "That is normal: the loss asks for a margin, and both may fall. Watch "
                             "what the policy "
                             "writes."
                           : "The policy moves away from both. Take smaller steps, hold it nearer "
                             "to the reference, "
                             "or add the chosen completions as text to imitate.";
    diagnosis.evidence.metrics = {change->key, "logps/chosen", "rewards/margins",
                                  "eval/kl_sequence"};
    if (diagnosis.severity == Severity::note) return {diagnosis};
    offer_lower_learning_rate(input, diagnosis);
    offer_higher_kl_price(input, diagnosis, 0.1);
    std::vector<std::string> losses = input.settings.dpo_loss_type;
    if (std::ranges::find(losses, "sft") == losses.end()) {
        std::vector<std::string> weights(losses.size(), "1");
        for (std::size_t i = 0; i < input.settings.loss_weights.size() && i < weights.size(); ++i)
            weights[i] = format_number(input.settings.loss_weights[i]);
        losses.push_back("sft");
        weights.push_back("1");
        offer(input, diagnosis, "Add an SFT term",
              {{"dpo_loss_type", "[" + join(losses, ", ") + "]"},
               {"loss_weights", "[" + join(weights, ", ") + "]"}});
    }
    return {diagnosis};
}

}  // namespace

const DiagnosisRule chosen_falls_rule = {"chosen_falls", "DPO chosen reward falls", find,
                                         thresholds};

}  // namespace plumb
