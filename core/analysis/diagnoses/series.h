// SPDX-License-Identifier: GPL-3.0-or-later
// What the rules ask of a metric's points. All of it looks back from a step, never ahead.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/diagnosis.h"

namespace plumb {

/// The metric's points whose value is finite; empty where the run has none.
std::vector<MetricPoint> finite_points(const DiagnosisInput& input, std::string_view key);
/// Of the first of these metrics that has as many points.
struct FoundMetric {
    std::string key;
    std::vector<MetricPoint> points;
};
std::optional<FoundMetric> first_metric(const DiagnosisInput& input,
                                        std::initializer_list<std::string_view> keys,
                                        std::size_t least_points = 1);

/// At each point the mean of it and of up to count - 1 before it, from the count-th point on.
std::vector<MetricPoint> trailing_means(std::span<const MetricPoint> points, std::size_t count);
/// At each point the largest value so far, with the step that had it.
std::vector<MetricPoint> best_so_far(std::span<const MetricPoint> points);
/// The mean of the first `count` values. Precondition: there are as many.
double start_mean(std::span<const MetricPoint> points, std::size_t count);
/// The value of the last point at or before the step.
std::optional<double> value_at(std::span<const MetricPoint> points, std::int64_t step);

/// The standard errors of values of an evaluation: of a share over eval_prompts answers, else from
/// the spread that it has measured (KEY_std); 0 where it has not.
std::vector<double> evaluation_errors(const DiagnosisInput& input, std::string_view key,
                                      std::span<const MetricPoint> points);

/// A stretch of steps in which a sign holds.
struct Episode {
    std::int64_t first_step = 0, last_step = 0;
    bool standing = false;  ///< to the last point
};
using Sign = std::function<bool(const MetricPoint& point)>;
/// The last stretch that begins at a point with the one sign and lasts as long as the other holds,
/// which is the weaker one: a value that trembles about a threshold makes one stretch.
std::optional<Episode> last_episode(std::span<const MetricPoint> points, const Sign& begins,
                                    const Sign& lasts);

}  // namespace plumb
