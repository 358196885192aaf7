// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/group_curves.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>

#include "analysis/compare/student_t.h"
#include "base/statistics.h"

namespace plumb {

Estimate mean_estimate(const std::vector<double>& values) {
    std::vector<double> finite;
    std::ranges::copy_if(values, std::back_inserter(finite),
                         [](double value) { return std::isfinite(value); });
    Estimate estimate;
    estimate.count = std::ssize(finite);
    if (finite.empty()) return estimate;
    const auto count = static_cast<double>(finite.size());
    const double mean = std::accumulate(finite.begin(), finite.end(), 0.0) / count;
    estimate.value = mean;
    const auto variance = sample_variance(finite);
    if (!variance) return estimate;
    const double half = student_quantile_95(count - 1) * std::sqrt(*variance / count);
    estimate.interval = Interval{mean - half, mean + half};
    return estimate;
}

GroupCurve group_curve(const std::vector<ComparedRun>& runs, const RunGroup& group,
                       const std::string& key) {
    std::map<std::int64_t, std::vector<double>> by_step;
    for (const std::size_t run : group.runs)
        if (const auto* points = runs[run].points(key))
            for (const MetricPoint& point : *points)
                if (std::isfinite(point.value)) by_step[point.step].push_back(point.value);
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    GroupCurve curve;
    for (const auto& [step, values] : by_step) {
        const Estimate mean = mean_estimate(values);
        curve.mean.push_back({step, *mean.value});
        curve.low.push_back({step, mean.interval ? mean.interval->low : nothing});
        curve.high.push_back({step, mean.interval ? mean.interval->high : nothing});
        curve.seeds.push_back(values.size());
    }
    return curve;
}

XScale group_scale(const std::vector<ComparedRun>& runs, const RunGroup& group, XAxis axis) {
    if (axis == XAxis::step) return {};
    std::map<std::int64_t, std::vector<double>> places;
    for (const std::size_t index : group.runs) {
        const ComparedRun& run = runs[index];
        const auto has = [&](std::string_view key) {
            return run.points(std::string(key)) != nullptr;
        };
        const std::string key(x_axis_key(axis, has));
        if (key.empty()) continue;
        const std::vector<MetricPoint>& points = *run.points(key);
        const XScale own(axis, points);
        if (own.is_monotone()) places[0].push_back(0);
        const std::vector<double> at = own.at_each(points);
        for (std::size_t i = 0; i < points.size(); ++i)
            if (std::isfinite(points[i].value)) places[points[i].step].push_back(at[i]);
    }
    std::vector<MetricPoint> means;
    for (const auto& [step, values] : places) {
        double sum = 0;
        for (const double value : values) sum += value;
        means.push_back({step, sum / static_cast<double>(values.size())});
    }
    return XScale::of_places(axis, means);
}

}  // namespace plumb
