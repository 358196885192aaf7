// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/x_axis.h"
#include "store/records.h"

namespace plumb {

struct ChartSeries {
    std::string name;                 ///< stands at the line's end where there are several
    std::string colour;               ///< "#RRGGBB"
    std::vector<MetricPoint> points;  ///< by rising step; values that are not finite are gaps
    std::string dashes = {};          ///< such as "6 3"; empty: a continuous line
    /// The edges of a band around the line, by rising step; empty: none.
    std::vector<MetricPoint> low = {}, high = {};
    /// Of a run other than the chart's: what its steps are drawn over.
    std::optional<XScale> scale = {};
    bool shows_raw = true;  ///< the faint raw line behind the smoothed one
};

enum class MarkKind {
    edit,
    checkpoint,
    phase,  ///< what came before
    alert,  ///< something went wrong
};

struct ChartMark {
    std::int64_t step = 0;
    MarkKind kind = MarkKind::edit;
    std::string label;
};

/// A chart of metrics over steps, or what its scale makes of them: the smoothed line over its faint
/// raw line.
struct ChartSpec {
    std::string title;
    std::string unit;  ///< of the values; stands behind the title
    std::string x_label = "step";
    std::vector<ChartSeries> series;
    std::vector<ChartMark> marks;
    XScale scale = {};                       ///< of x; its label has to be x_label
    bool logarithmic_x = false;              ///< places up to 0 are gaps then
    bool logarithmic = false;                ///< values up to 0 are gaps then
    std::optional<double> smoothing;         ///< weight in [0, 1); empty: default_smoothing
    std::optional<std::int64_t> first_step;  ///< empty: as the points say
    std::optional<std::int64_t> last_step;
    double width = 460;
    double height = 250;
};

/// Several charts of one size beside and below each other.
struct DashboardSpec {
    std::string title;
    std::string subtitle;
    std::vector<ChartSpec> charts;
    std::size_t columns = 2;
};

/// The chart as a complete SVG document.
std::string svg_chart(const ChartSpec& spec);
/// The charts in rows as one SVG document; each takes the first one's size.
std::string svg_dashboard(const DashboardSpec& spec);

}  // namespace plumb
