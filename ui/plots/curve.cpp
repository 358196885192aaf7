// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/thinning.h"

namespace plumb::ui {
namespace {

constexpr double room_share = 0.06;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

DrawnCurve drawnCurve(std::span<const MetricPoint> points, const XScale& scale,
                      const PlotView& view) {
    const auto buckets = static_cast<std::size_t>(std::max(32, view.pixels));
    const auto [begin, end] = visibleRange(points, scale, view.first, view.last);
    std::vector<double> all_places;
    if (!scale.is_monotone()) all_places = scale.at_each(points);
    DrawnCurve drawn;
    for (const std::size_t i : thinned(points, begin, end, buckets, all_places)) {
        const double place = all_places.empty() ? scale.at(points[i].step) : all_places[i];
        const double value = points[i].value;
        const bool gap = !std::isfinite(value) || (view.logarithmicY && value <= 0) ||
                         (view.logarithmicX && place <= 0);
        drawn.steps.push_back(points[i].step);
        drawn.places.push_back(gap ? nan : place);
        drawn.values.push_back(gap ? nan : value);
    }
    return drawn;
}

std::pair<std::size_t, std::size_t> visibleRange(std::span<const MetricPoint> points,
                                                 const XScale& scale, double first, double last) {
    if (!scale.is_monotone()) return {0, points.size()};
    const auto step = [](const MetricPoint& point) { return static_cast<double>(point.step); };
    auto begin = std::ranges::lower_bound(points, scale.step_at(first), {}, step);
    auto end = std::ranges::upper_bound(points, scale.step_at(last), {}, step);
    if (begin != points.begin()) --begin;
    if (end != points.end()) ++end;
    return {static_cast<std::size_t>(begin - points.begin()),
            static_cast<std::size_t>(std::max(begin, end) - points.begin())};
}

std::optional<double> valueAt(std::span<const MetricPoint> points, std::int64_t step) {
    const auto after = std::ranges::upper_bound(points, step, {}, &MetricPoint::step);
    if (after == points.begin()) return std::nullopt;
    return std::prev(after)->value;
}

std::optional<ValueRange> valueRange(std::vector<double> values, bool clip, bool logarithmic) {
    std::erase_if(
        values, [&](double value) { return !std::isfinite(value) || (logarithmic && value <= 0); });
    if (values.empty()) return std::nullopt;
    const auto cut = static_cast<std::ptrdiff_t>(clip ? values.size() / 50 : 0);
    std::ranges::nth_element(values, values.begin() + cut);
    const double low = values[static_cast<std::size_t>(cut)];
    std::ranges::nth_element(values, values.end() - 1 - cut);
    const double high = *(values.end() - 1 - cut);
    if (logarithmic) {
        const double factor = high > low ? std::pow(high / low, room_share) : 2;
        return ValueRange{low / factor, high * factor};
    }
    const double level = high == 0 ? 0.5 : std::abs(high) * 0.1;
    const double room = high > low ? (high - low) * room_share : level;
    return ValueRange{low - room, high + room};
}

}  // namespace plumb::ui
