// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/x_axis.h"

#include <algorithm>
#include <cmath>

#include "analysis/smoothing.h"
#include "base/check.h"

namespace plumb {

const XAxisInfo& x_axis_info(XAxis axis) {
    static constexpr std::array infos = {
        XAxisInfo{"step", "step", "step", ""},
        XAxisInfo{"seconds", "time", "time of training", "This run has not recorded step_time."},
        XAxisInfo{"tokens", "tokens", "tokens trained on", "This run has not recorded num_tokens."},
        XAxisInfo{"flops", "FLOPs", "FLOPs, estimated", "This run has not recorded cost/flops."},
        XAxisInfo{"kl", "KL", "KL of a completion, nats",
                  "This run measures no KL of whole completions: it has no reference model, or has "
                  "not been evaluated yet."}};
    return infos[static_cast<std::size_t>(axis)];
}

std::optional<XAxis> parse_x_axis(std::string_view id) {
    for (const XAxis axis : all_x_axes)
        if (x_axis_info(axis).id == id) return axis;
    return std::nullopt;
}

std::string_view x_axis_key(XAxis axis, const std::function<bool(std::string_view key)>& has) {
    const auto first_of = [&](std::initializer_list<std::string_view> keys) -> std::string_view {
        for (const std::string_view key : keys)
            if (has(key)) return key;
        return {};
    };
    switch (axis) {
        case XAxis::step: return {};
        case XAxis::time: return first_of({"step_time"});
        case XAxis::tokens: return first_of({"num_tokens"});
        case XAxis::flops: return first_of({"cost/flops"});
        case XAxis::kl: return first_of({"objective/kl", "eval/kl_sequence"});
    }
    return {};
}

XScale::XScale(XAxis axis, std::span<const MetricPoint> points, double smoothing) {
    if (axis == XAxis::step) return;
    const std::vector<MetricPoint> averaged =
        axis == XAxis::kl ? smooth(points, smoothing)
                          : std::vector<MetricPoint>(points.begin(), points.end());
    double sum = 0;
    for (const MetricPoint& point : averaged) {
        if (!std::isfinite(point.value)) continue;
        sum += point.value;
        if (steps_.empty() && axis != XAxis::kl && point.step > 0) {
            steps_.push_back(0);
            places_.push_back(0);
        }
        steps_.push_back(static_cast<double>(point.step));
        places_.push_back(axis == XAxis::time ? sum : point.value);
    }
    settle(axis);
}

XScale XScale::of_places(XAxis axis, std::span<const MetricPoint> places) {
    XScale scale;
    if (axis == XAxis::step) return scale;
    for (const MetricPoint& point : places) {
        if (!std::isfinite(point.value)) continue;
        scale.steps_.push_back(static_cast<double>(point.step));
        scale.places_.push_back(point.value);
    }
    scale.settle(axis);
    return scale;
}

void XScale::settle(XAxis axis) {
    if (steps_.empty()) return;
    axis_ = axis;
    // Two equal steps or a count that was taken back must not turn the search around.
    if (is_monotone())
        for (std::size_t i = 1; i < places_.size(); ++i)
            places_[i] = std::max(places_[i], places_[i - 1]);
    const auto [low, high] = std::ranges::minmax(places_);
    lowest_ = low;
    highest_ = high;
}

double XScale::between(std::size_t after, double step) const {
    if (after == 0) return places_.front();
    if (after == steps_.size()) return places_.back();
    if (steps_[after] == step) return places_[after];
    const double share = (step - steps_[after - 1]) / (steps_[after] - steps_[after - 1]);
    return places_[after - 1] + share * (places_[after] - places_[after - 1]);
}

double XScale::at(std::int64_t step) const {
    const auto exact = static_cast<double>(step);
    if (axis_ == XAxis::step) return exact;
    const auto after = std::ranges::lower_bound(steps_, exact) - steps_.begin();
    return between(static_cast<std::size_t>(after), exact);
}

std::vector<double> XScale::at_each(std::span<const MetricPoint> points) const {
    std::vector<double> result;
    result.reserve(points.size());
    std::size_t after = 0;
    for (const MetricPoint& point : points) {
        const auto step = static_cast<double>(point.step);
        if (axis_ == XAxis::step) {
            result.push_back(step);
            continue;
        }
        while (after < steps_.size() && steps_[after] < step) ++after;
        result.push_back(between(after, step));
    }
    return result;
}

double XScale::step_at(double x) const {
    PLUMB_CHECK(is_monotone(), "steps cannot be told from a KL");
    if (axis_ == XAxis::step) return x;
    const auto after =
        static_cast<std::size_t>(std::ranges::lower_bound(places_, x) - places_.begin());
    if (after == 0) return steps_.front();
    if (after == places_.size()) return steps_.back();
    const double share = (x - places_[after - 1]) / (places_[after] - places_[after - 1]);
    return steps_[after - 1] + share * (steps_[after] - steps_[after - 1]);
}

}  // namespace plumb
