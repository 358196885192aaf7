// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QColor>
#include <QString>

#include "analysis/colours.h"
#include "analysis/metric_info.h"
#include "plots/run_series.h"
#include "store/records.h"

class QPalette;

namespace plumb::ui {

/// A run, or a group of runs, whose curves lie over those of the run that the charts show, and how
/// it is told apart.
struct OverlaidRun {
    RunId run = 0;
    QString name;
    std::string algorithm;
    RunStyle style = {};
    std::string colour = {};  ///< "#RRGGBB"; empty: the algorithm's in the style's shade
    bool isGroup = false;     ///< of several runs: its curves are means
    bool operator==(const OverlaidRun&) const = default;
};

/// The colour of its lines, readable on the palette's panels.
QColor overlayColour(const OverlaidRun& run, const QPalette& palette);
/// Its line in a text: a sign in its colour.
QString overlaySign(const OverlaidRun& run, const QPalette& palette);

/// The same with its metrics.
struct Overlay {
    OverlaidRun run;
    RunSeries series;
};
using Overlays = std::vector<std::unique_ptr<Overlay>>;

/// The edges of the band around a metric of a group: metrics of its series beside the mean.
MetricBand groupBand(const std::string& key);

/// What is to lie over a grid that frames curves.
struct FramedCurves {
    OverlaidRun run;
    MetricTable metrics;
    std::optional<std::map<XAxis, XScale>> scales = {};  ///< nothing: as the metrics make them
};

}  // namespace plumb::ui
