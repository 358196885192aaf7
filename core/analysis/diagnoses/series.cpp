// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/diagnoses/series.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace plumb {

std::vector<MetricPoint> finite_points(const DiagnosisInput& input, std::string_view key) {
    std::vector<MetricPoint> finite;
    const auto found = input.metrics.find(std::string(key));
    if (found == input.metrics.end()) return finite;
    finite.reserve(found->second.size());
    for (const MetricPoint& point : found->second)
        if (std::isfinite(point.value)) finite.push_back(point);
    return finite;
}

std::optional<FoundMetric> first_metric(const DiagnosisInput& input,
                                        std::initializer_list<std::string_view> keys,
                                        std::size_t least_points) {
    for (const std::string_view key : keys) {
        std::vector<MetricPoint> points = finite_points(input, key);
        if (!points.empty() && points.size() >= least_points)
            return FoundMetric{std::string(key), std::move(points)};
    }
    return std::nullopt;
}

std::vector<MetricPoint> trailing_means(std::span<const MetricPoint> points, std::size_t count) {
    PLUMB_CHECK(count > 0, "a mean of no values");
    std::vector<MetricPoint> means;
    for (std::size_t end = count; end <= points.size(); ++end) {
        double sum = 0;
        for (const MetricPoint& point : points.subspan(end - count, count)) sum += point.value;
        means.push_back({points[end - 1].step, sum / static_cast<double>(count)});
    }
    return means;
}

std::vector<MetricPoint> best_so_far(std::span<const MetricPoint> points) {
    std::vector<MetricPoint> best;
    for (const MetricPoint& point : points)
        best.push_back(best.empty() || point.value > best.back().value ? point : best.back());
    return best;
}

double start_mean(std::span<const MetricPoint> points, std::size_t count) {
    PLUMB_CHECK(count > 0 && points.size() >= count, "the series is shorter than its start");
    double sum = 0;
    for (const MetricPoint& point : points.first(count)) sum += point.value;
    return sum / static_cast<double>(count);
}

std::optional<double> value_at(std::span<const MetricPoint> points, std::int64_t step) {
    const auto after = std::ranges::upper_bound(points, step, {}, &MetricPoint::step);
    if (after == points.begin()) return std::nullopt;
    return std::prev(after)->value;
}

std::vector<double> evaluation_errors(const DiagnosisInput& input, std::string_view key,
                                      std::span<const MetricPoint> points) {
    const auto spread = finite_points(input, std::string(key) + "_std");
    const double root = std::sqrt(static_cast<double>(input.settings.eval_prompts));
    std::vector<double> errors;
    for (const MetricPoint& point : points) {
        const double share = std::clamp(point.value, 0.0, 1.0);
        errors.push_back(key == "eval/accuracy" ? std::sqrt(share * (1 - share)) / root
                                                : value_at(spread, point.step).value_or(0) / root);
    }
    return errors;
}

std::optional<Episode> last_episode(std::span<const MetricPoint> points, const Sign& begins,
                                    const Sign& lasts) {
    std::optional<Episode> last;
    for (const MetricPoint& point : points) {
        const bool inside = last && last->standing;
        if (inside ? lasts(point) : begins(point)) {
            if (!inside) last = Episode{point.step, point.step, true};
            last->last_step = point.step;
        } else if (inside) {
            last->standing = false;
        }
    }
    return last;
}

}  // namespace plumb
