// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/x_axis.h"
#include "store/records.h"

namespace plumb::ui {

/// What of the curves is in view, and how wide it is drawn.
struct PlotView {
    double first = 0, last = 10;  ///< places on the scale
    int pixels = 200;
    bool logarithmicX = false, logarithmicY = false;  ///< what is not above 0 is a gap
};

/// A curve's points as they are drawn: thinned to what the width can show, gaps as NaN in place and
/// value.
struct DrawnCurve {
    std::vector<std::int64_t> steps;
    std::vector<double> places, values;
};

/// At most about two points a pixel, spikes kept; of what is in view, and one beyond each end.
DrawnCurve drawnCurve(std::span<const MetricPoint> points, const XScale& scale,
                      const PlotView& view);

/// The indices [first, second) of the points that lie in view, and of one beyond each end, so that
/// lines run out of view. All points where the scale goes back and forth.
std::pair<std::size_t, std::size_t> visibleRange(std::span<const MetricPoint> points,
                                                 const XScale& scale, double first, double last);

/// The value at the step, or the last one before it; nothing before the first point.
std::optional<double> valueAt(std::span<const MetricPoint> points, std::int64_t step);

struct ValueRange {
    double low = 0, high = 1;
};

/// The range that shows all finite values with some room; clip: without the outermost 2 % at each
/// end; logarithmic: of those above 0. Nothing where there is no such value.
std::optional<ValueRange> valueRange(std::vector<double> values, bool clip,
                                     bool logarithmic = false);

}  // namespace plumb::ui
