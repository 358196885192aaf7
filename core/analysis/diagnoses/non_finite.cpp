// SPDX-License-Identifier: GPL-3.0-or-later
// Losses and gradients that are no numbers any more: the first tensor that shows it, the norms
// before it, and the batch that made it.
#include <algorithm>
#include <cmath>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"

namespace plumb {
namespace {

constexpr Threshold before{"non_finite_before", 10, "steps before it that the evidence shows"};
constexpr Threshold gone{"non_finite_gone", 20,
                         "sound steps in a row after which the sign is gone"};
constexpr Threshold thresholds[] = {before, gone};

constexpr std::string_view folder = "non_finite/";

/// Steps whose loss or gradient was not finite.
std::vector<std::int64_t> bad_steps(const DiagnosisInput& input) {
    std::vector<std::int64_t> steps;
    const auto collect = [&](const std::string& key, const auto& is_bad) {
        const auto found = input.metrics.find(key);
        if (found == input.metrics.end()) return;
        for (const MetricPoint& point : found->second)
            if (is_bad(point.value)) steps.push_back(point.step);
    };
    const auto not_finite = [](double value) { return !std::isfinite(value); };
    collect("loss", not_finite);
    collect("grad_norm", not_finite);
    collect("non_finite_skipped", [](double value) { return value > 0; });
    std::ranges::sort(steps);
    const auto repeated = std::ranges::unique(steps);
    steps.erase(repeated.begin(), repeated.end());
    return steps;
}

std::int64_t last_step(const DiagnosisInput& input) {
    const auto found = input.metrics.find("loss");
    return found == input.metrics.end() || found->second.empty() ? 0 : found->second.back().step;
}

/// The tensor that was not finite first in the step.
std::string tensor_of(const DiagnosisInput& input, std::int64_t step) {
    for (auto entry = input.metrics.lower_bound(std::string(folder));
         entry != input.metrics.end() && entry->first.starts_with(folder); ++entry)
        for (const MetricPoint& point : entry->second)
            if (point.step == step) return entry->first.substr(folder.size());
    return {};
}

std::string norms_before(const DiagnosisInput& input, std::int64_t step) {
    std::string text;
    auto norms = finite_points(input, "grad_norm");
    std::erase_if(norms, [&](const MetricPoint& point) { return point.step >= step; });
    const std::size_t shown = std::min<std::size_t>(3, norms.size());
    for (const MetricPoint& point : std::span(norms).last(shown))
        text += (text.empty() ? "" : ", ") + rounded(point.value);
    return text.empty() ? text : " The gradient norms before it were " + text + ".";
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    const std::vector<std::int64_t> bad = bad_steps(input);
    if (bad.empty()) return {};
    const auto patience = static_cast<std::int64_t>(gone);
    std::size_t first = bad.size() - 1;
    while (first > 0 && bad[first] - bad[first - 1] <= patience) --first;
    const Episode episode{bad[first], bad.back(), last_step(input) - bad.back() <= patience};
    const std::size_t count = bad.size() - first;

    Diagnosis diagnosis =
        diagnosis_of(episode, "non_finite", "Not finite", static_cast<std::int64_t>(before));
    diagnosis.severity = Severity::problem;
    const std::string tensor = tensor_of(input, episode.first_step);
    diagnosis.sentence =
        (tensor == "loss" ? "The loss" : "The gradient") + std::string(" of step ") +
        std::to_string(episode.first_step) + " was not finite" +
        (tensor.empty() || tensor == "loss" ? "" : ", first in " + tensor) +
        (count > 1 ? ", and that of " + std::to_string(count - 1) + " more since" : "") + "." +
        norms_before(input, episode.first_step);
    diagnosis.advice =
        "Go back to weights from before it and take smaller steps; the completions of that step "
        "are the batch that it happened on.";
    diagnosis.evidence.metrics = {"grad_norm", "loss", "learning_rate"};
    diagnosis.evidence.samples = SampleOrder{episode.first_step, "advantage", true};
    offer_lower_learning_rate(input, diagnosis);
    if (input.settings.max_grad_norm == 0 || input.settings.max_grad_norm > 1)
        offer(input, diagnosis, "Clip the gradient", {{"max_grad_norm", "1"}});
    if (input.settings.on_non_finite == "stop")
        offer(input, diagnosis, "Skip such steps", {{"on_non_finite", "skip"}});
    return {diagnosis};
}

}  // namespace

const DiagnosisRule non_finite_rule = {"non_finite", "Non-finite", find, thresholds};

}  // namespace plumb
