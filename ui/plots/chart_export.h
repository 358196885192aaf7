// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <QByteArray>
#include <QString>

#include "analysis/svg_chart.h"
#include "base/result.h"
#include "plots/run_series.h"

namespace plumb::ui {

class Chart;

/// Charts as they are saved: one alone, or several under a title.
struct ExportedCharts {
    QString title;
    std::vector<ChartSpec> charts;
    std::vector<std::string> keys;  ///< of the curves and of the edges of bands
    std::map<std::string, std::vector<MetricPoint>> points;  ///< of these, and of x axes
    std::function<std::string()> svg = {};                   ///< the picture in place of the charts
    std::function<std::string()> csv = {};  ///< what a file of points has instead of them
};

/// Those that have points.
ExportedCharts exportedCharts(const QString& title, const std::vector<Chart*>& charts,
                              const RunSeries& series);

/// In the format that the file name ends in: a picture as .svg, .png or .pdf, or .csv with all
/// points, neither thinned nor smoothed, over steps, time, tokens, FLOPs and KL. Another
/// ending is an error that names these.
Result<QByteArray> encodeCharts(const ExportedCharts& charts, const QString& fileName);

}  // namespace plumb::ui
