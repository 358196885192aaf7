// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that grows from step to step: who holds it, and at which step the machine has no more.
#include <algorithm>

#include "analysis/diagnoses/edits.h"
#include "analysis/diagnoses/rules.h"
#include "analysis/diagnoses/words.h"
#include "base/statistics.h"

namespace plumb {
namespace {

constexpr Threshold window{"memory_window", 40, "steps that the line is drawn through"};
constexpr Threshold growth{"memory_growth", 0.05, "growth over them, as a share, that is a sign"};
constexpr Threshold least{"memory_least", 20, "MB of growth over them below which it is none"};
constexpr Threshold straight{"memory_straight", 0.9,
                             "least correlation of memory and step: it creeps and does not jump"};
constexpr Threshold thresholds[] = {window, growth, least, straight};

constexpr const char* resident = "memory/resident";

/// The growth over the last steps of the window, where it is steady; else nothing.
std::optional<Line> creep(std::span<const MetricPoint> points) {
    std::vector<double> x, y;
    for (const MetricPoint& point : points) {
        x.push_back(static_cast<double>(point.step));
        y.push_back(point.value);
    }
    const auto line = fit_line(x, y);
    if (!line || correlation(x, y).value_or(0) < straight) return std::nullopt;
    const double grown = line->slope * (x.back() - x.front());
    const double at_first = line->offset + line->slope * x.front();
    if (grown < least || grown < growth * at_first) return std::nullopt;
    return line;
}

/// 1 where memory creeps over the window that ends at the step, else 0. Every tenth of a window is
/// looked at, so that a run of n steps costs 10 n.
std::vector<MetricPoint> signs(std::span<const MetricPoint> points) {
    std::vector<MetricPoint> found;
    const auto size = static_cast<std::size_t>(window.value);
    for (std::size_t end = size; end <= points.size(); end += size / 10)
        found.push_back(
            {points[end - 1].step, creep(points.subspan(end - size, size)) ? 1.0 : 0.0});
    return found;
}

/// What has grown most since the step among what the ledger knows; empty: none of it explains half
/// of the growth.
std::string owner(const DiagnosisInput& input, std::int64_t since, double grown) {
    std::string most;
    double largest = grown / 2;
    for (const char* key :
         {"memory/activations", "memory/cache", "memory/optimizer", "memory/gradients",
          "memory/policy", "memory/reference", "memory/reward_model", "memory/value_model"}) {
        const auto points = finite_points(input, key);
        if (points.empty()) continue;
        const double more =
            points.back().value - value_at(points, since).value_or(points.front().value);
        if (more < largest) continue;
        largest = more;
        most = key;
    }
    return most;
}

std::vector<Diagnosis> find(const DiagnosisInput& input) {
    const auto points = finite_points(input, resident);
    const auto is_sign = [](const MetricPoint& sign) { return sign.value > 0; };
    const auto episode = last_episode(signs(points), is_sign, is_sign);
    if (!episode) return {};
    const auto size = static_cast<std::size_t>(window.value);
    const auto end = std::ranges::upper_bound(points, episode->last_step, {}, &MetricPoint::step);
    const auto last = static_cast<std::size_t>(end - points.begin());
    const auto line = creep(std::span(points).subspan(last - size, size));
    if (!line) return {};

    Diagnosis diagnosis =
        diagnosis_of(*episode, "memory_creep", "Memory grows", static_cast<std::int64_t>(window));
    const std::int64_t since = diagnosis.evidence.first_step;
    const double now = points[last - 1].value;
    const double before = value_at(points, since).value_or(points.front().value);
    diagnosis.sentence = "The program's memory has grown from " + rounded(before) + " to " +
                         rounded(now) + " MB since step " + std::to_string(since) + ", by " +
                         rounded(line->slope) + " MB a step";
    const std::string grows = owner(input, since, now - before);
    if (!grows.empty()) diagnosis.sentence += ", most of it " + grows.substr(7);
    if (input.memory_limit > now) {
        const double ends =
            static_cast<double>(points[last - 1].step) + (input.memory_limit - now) / line->slope;
        const bool before_the_end =
            input.total_steps <= 0 || ends < static_cast<double>(input.total_steps);
        if (before_the_end) diagnosis.severity = Severity::problem;
        diagnosis.sentence += ". At that rate the machine's " + rounded(input.memory_limit / 1000) +
                              " GB end at step " + rounded(ends, 2) +
                              (before_the_end ? "" : ", after the run's last");
    }
    diagnosis.sentence += ".";
    diagnosis.advice = grows.empty()
                           ? "None of the run's tensors explains it: a reward function of "
                             "your own may hold on to what it is given."
                           : "Make the batch that is computed at once smaller.";
    diagnosis.evidence.metrics = {resident, "memory/peak", "memory/activations",
                                  "completions/mean_length"};
    diagnosis.evidence.samples = SampleOrder{episode->last_step, "length", true};
    const Settings& settings = input.settings;
    if (settings.max_completion_length > 1)
        offer(input, diagnosis, "Shorter completions",
              {{"max_completion_length", std::to_string(settings.max_completion_length / 2)}});
    if (settings.per_device_train_batch_size % 2 == 0)
        offer(input, diagnosis, "Smaller micro-batch",
              {{"per_device_train_batch_size",
                std::to_string(settings.per_device_train_batch_size / 2)},
               {"gradient_accumulation_steps",
                std::to_string(2 * settings.gradient_accumulation_steps)}});
    return {diagnosis};
}

}  // namespace

const DiagnosisRule memory_creep_rule = {"memory_creep", "Memory creep", find, thresholds};

}  // namespace plumb
