// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QString>

#include "analysis/metric_info.h"
#include "analysis/x_axis.h"

namespace plumb::ui {

/// A chart as the user has set it up.
struct ChartSetup {
    ChartGroup group;
    bool logarithmic = false;
    bool clipsOutliers = false;
    bool operator==(const ChartSetup&) const = default;
};

/// The charts of an algorithm, in their order. Titles are unique.
using Arrangement = std::vector<ChartSetup>;

Arrangement arrangementOf(const std::vector<ChartGroup>& groups);
/// The title, with a number behind it where a chart other than the one at `except` has it.
std::string freeTitle(const Arrangement& charts, const std::string& title,
                      std::optional<std::size_t> except = {});

/// As JSON, and back. Entries that cannot be read are left out; nothing where it is no list.
QString writeArrangement(const Arrangement& charts);
std::optional<Arrangement> readArrangement(const QString& json);

/// What is drawn over and how, of all charts.
struct ChartsView {
    XAxis axis = XAxis::step;
    bool logarithmicX = false;
    std::optional<double> smoothing = {};  ///< weight in [0, 1); empty: as suits the points
    bool operator==(const ChartsView&) const = default;
};

// What is kept over a restart of the program, in QSettings.

/// Nothing where the charts of the algorithm have not been changed.
std::optional<Arrangement> keptArrangement(const QString& algorithm);
/// Nothing: the default is used again.
void keepArrangement(const QString& algorithm, const std::optional<Arrangement>& charts);
/// keptAs: "charts" of a run's charts; others keep theirs apart.
ChartsView keptView(const QString& keptAs = "charts");
void keepView(const ChartsView& view, const QString& keptAs = "charts");

}  // namespace plumb::ui
