// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/extreme_samples.h"

#include <cmath>

#include "analysis/metric_info.h"

namespace plumb {
namespace {

/// So many steps to either side are what a point is compared with.
constexpr std::int64_t neighbourhood = 25;

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Whether the point at the step stands at or above the mean around it.
bool stands_high(const std::vector<MetricPoint>& points, std::int64_t step) {
    double sum = 0, count = 0, own = 0;
    for (const MetricPoint& point : points) {
        if (std::abs(point.step - step) > neighbourhood || !std::isfinite(point.value)) continue;
        if (point.step == step) own = point.value;
        sum += point.value;
        ++count;
    }
    return count == 0 || own >= sum / count;
}

/// Whether the most extreme are the largest: a metric of the least or the most says so itself.
bool largest_first(std::string_view metric, const std::vector<MetricPoint>& points,
                   std::int64_t step) {
    if (has(metric, "min_")) return false;
    return has(metric, "max_") || stands_high(points, step);
}

/// "form" of "rewards/form/mean"; empty for other metrics.
std::string_view reward_part(std::string_view metric) {
    constexpr std::string_view front = "rewards/";
    if (!metric.starts_with(front)) return {};
    metric.remove_prefix(front.size());
    const auto end = metric.rfind('/');
    return end == std::string_view::npos ? std::string_view() : metric.substr(0, end);
}

}  // namespace

ExtremeSamples extreme_samples(std::string_view metric, const std::vector<MetricPoint>& points,
                               std::int64_t step) {
    ExtremeSamples samples;
    if (is_held_out(metric)) samples.source = CompletionSource::held_out;
    if (metric.starts_with("eval/")) metric.remove_prefix(5);
    CompletionOrder& order = samples.order;
    order.descending = true;
    if (has(metric, "length") || has(metric, "clipped_ratio") || metric == "ended") {
        order.number.value = CompletionValue::length;
        // The longest are the ones that were cut.
        order.descending = !has(metric, "length") || largest_first(metric, points, step);
    } else if (metric == "kl" || has(metric, "/kl") || has(metric, "kl_")) {
        order.number.value = CompletionValue::kl_size;
    } else if (const auto part = reward_part(metric); !part.empty()) {
        order.number = {CompletionValue::part, std::string(part)};
        order.descending = largest_first(metric, points, step);
    } else if (is_gold(metric)) {
        order.number = {CompletionValue::part, "gold"};
        order.descending = largest_first(metric, points, step);
    } else if (has(metric, "reward") || has(metric, "score") || has(metric, "accuracy")) {
        order.number.value = CompletionValue::reward;
        order.descending = largest_first(metric, points, step);
    } else {
        order.number.value = CompletionValue::advantage_size;
    }
    return samples;
}

}  // namespace plumb
