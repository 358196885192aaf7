// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/records.h"

namespace plumb {

/// What the charts of a run are drawn over.
enum class XAxis { step, time, tokens, flops, kl };
inline constexpr std::array all_x_axes = {XAxis::step, XAxis::time, XAxis::tokens, XAxis::flops,
                                          XAxis::kl};

struct XAxisInfo {
    std::string_view id;      ///< in settings files and as the head of a column
    std::string_view name;    ///< "time"
    std::string_view label;   ///< "seconds of training"
    std::string_view absent;  ///< why a run may be without it
};
const XAxisInfo& x_axis_info(XAxis axis);
std::optional<XAxis> parse_x_axis(std::string_view id);

/// The metric that the axis is made of: step_time, num_tokens, cost/flops, objective/kl or else
/// eval/kl_sequence. Empty where the run has none, and for steps.
std::string_view x_axis_key(XAxis axis, const std::function<bool(std::string_view key)>& has);

/// Where a step lies on the axis. Between two steps that have a value the place is interpolated,
/// beyond them it is that of the nearest.
class XScale {
public:
    /// Steps themselves.
    XScale() = default;
    /// Of the metric that x_axis_key() names, by rising step; values that are not finite are left
    /// out. Time is the sum of the steps' seconds; time, tokens and FLOPs begin with 0 at step 0.
    /// KL is averaged with the weight, since it goes back and forth from step to step. Without a
    /// finite value the scale is that of steps.
    XScale(XAxis axis, std::span<const MetricPoint> points, double smoothing = 0);
    /// Of places that are known: each point's value is where its step lies.
    static XScale of_places(XAxis axis, std::span<const MetricPoint> places);

    XAxis axis() const { return axis_; }
    /// Whether a later step never lies before an earlier one.
    bool is_monotone() const { return axis_ != XAxis::kl; }
    double at(std::int64_t step) const;
    /// Of points by rising step, in one pass.
    std::vector<double> at_each(std::span<const MetricPoint> points) const;
    /// The step that lies there, between whole steps too; of several the first.
    /// Precondition: is_monotone().
    double step_at(double x) const;
    /// The smallest and the largest place; 0 and infinity where the scale is that of steps.
    double lowest() const { return lowest_; }
    double highest() const { return highest_; }

private:
    /// The place of a step, given the first of steps_ that is not before it.
    double between(std::size_t after, double step) const;

    void settle(XAxis axis);

    XAxis axis_ = XAxis::step;
    std::vector<double> steps_, places_;
    double lowest_ = 0, highest_ = std::numeric_limits<double>::infinity();
};

}  // namespace plumb
