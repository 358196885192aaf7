// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.h"
#include "analysis/ticks.h"

namespace plumb {

struct ScatterPoint {
    double x = 0, y = 0;  ///< finite
    std::optional<Interval> x_interval = {}, y_interval = {};
    std::string label = {};   ///< beside the point where there is room
    std::string colour = {};  ///< "#RRGGBB"; empty: the series'
    std::size_t source = 0;   ///< what it was made of, as its maker counts
};

/// Points of one colour, which may be joined by a line in their order.
struct ScatterSeries {
    std::string name;    ///< in the legend
    std::string colour;  ///< "#RRGGBB"
    std::vector<ScatterPoint> points;
    bool is_joined = false;
    bool is_hollow = false;  ///< rings and a dashed line
};

/// Points with error bars both ways.
struct ScatterSpec {
    std::string title;
    std::string x_label, y_label;
    std::vector<ScatterSeries> series;
    bool logarithmic_x = false;  ///< points at x up to 0 are left out then
    std::string empty_text = "no values yet";
    double width = 640, height = 360;
};

/// The axes that hold every point with its error bars; nothing where there is none to show.
struct ScatterAxes {
    Axis x, y;
};
std::optional<ScatterAxes> scatter_axes(const ScatterSpec& spec);

/// As a complete SVG document.
std::string svg_scatter(const ScatterSpec& spec);

/// A line a point with the series, the label, and both values with the ends of their intervals,
/// which are empty where there is none. RFC 4180.
std::string scatter_csv(const ScatterSpec& spec);

}  // namespace plumb
