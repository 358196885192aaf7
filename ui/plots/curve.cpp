// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/thinning.h"

namespace plumb::ui {

DrawnCurve drawnCurve(std::span<const MetricPoint> points, int pixels, bool logarithmic) {
    const auto buckets = static_cast<std::size_t>(std::max(16, pixels / 2));
    DrawnCurve drawn;
    for (const MetricPoint& point : thin(points, buckets)) {
        const bool gap = !std::isfinite(point.value) || (logarithmic && point.value <= 0);
        drawn.steps.push_back(static_cast<double>(point.step));
        drawn.values.push_back(gap ? std::numeric_limits<double>::quiet_NaN() : point.value);
    }
    return drawn;
}

std::span<const MetricPoint> visiblePoints(std::span<const MetricPoint> points, double first,
                                           double last) {
    const auto step = [](const MetricPoint& point) { return static_cast<double>(point.step); };
    auto begin = std::ranges::lower_bound(points, first, {}, step);
    auto end = std::ranges::upper_bound(points, last, {}, step);
    if (begin != points.begin()) --begin;
    if (end != points.end()) ++end;
    return begin < end ? std::span(begin, end) : std::span<const MetricPoint>{};
}

std::optional<double> valueAt(std::span<const MetricPoint> points, double step) {
    const auto after = std::ranges::upper_bound(
        points, step, {}, [](const MetricPoint& point) { return static_cast<double>(point.step); });
    if (after == points.begin()) return std::nullopt;
    return std::prev(after)->value;
}

std::optional<ValueRange> valueRange(std::vector<double> values, bool clip) {
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty()) return std::nullopt;
    std::ranges::sort(values);
    const std::size_t cut = clip ? values.size() / 50 : 0;
    ValueRange range{values[cut], values[values.size() - 1 - cut]};
    const double level = range.high == 0 ? 0.5 : std::abs(range.high) * 0.1;
    const double room = range.high > range.low ? (range.high - range.low) * 0.06 : level;
    range.low -= room;
    range.high += room;
    return range;
}

}  // namespace plumb::ui
