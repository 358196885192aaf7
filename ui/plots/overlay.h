// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QColor>
#include <QString>

#include "analysis/colours.h"
#include "plots/run_series.h"
#include "store/records.h"

class QPalette;

namespace plumb::ui {

/// A run whose curves lie over those of the run that the charts show, and how it is told apart.
struct OverlaidRun {
    RunId run = 0;
    QString name;
    std::string algorithm;
    RunStyle style = {};
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

}  // namespace plumb::ui
