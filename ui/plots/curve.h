// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/records.h"

namespace plumb::ui {

/// A curve's points as they are drawn: thinned to what the width can show, gaps as NaN.
struct DrawnCurve {
    std::vector<double> steps;
    std::vector<double> values;
};

/// At most about two points a pixel. logarithmic: values up to 0 become gaps.
DrawnCurve drawnCurve(std::span<const MetricPoint> points, int pixels, bool logarithmic);

/// The points with first <= step <= last, and one beyond each end, so that lines run out of view.
std::span<const MetricPoint> visiblePoints(std::span<const MetricPoint> points, double first,
                                           double last);

/// The value at the step, or the last one before it; nothing before the first point.
std::optional<double> valueAt(std::span<const MetricPoint> points, double step);

struct ValueRange {
    double low = 0, high = 1;
};

/// The range that shows all finite values with some room; clip: without the outermost 2 % at each
/// end. Nothing where no value is finite.
std::optional<ValueRange> valueRange(std::vector<double> values, bool clip);

}  // namespace plumb::ui
