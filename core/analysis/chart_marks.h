// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/svg_chart.h"
#include "config/settings.h"
#include "store/records.h"

namespace plumb {

/// The points of a metric by rising step; empty where the run has none.
using MetricReader = std::function<std::vector<MetricPoint>(const std::string& key)>;

/// Marks for edits and checkpoints, by rising step.
std::vector<ChartMark> chart_marks(const std::vector<EditRecord>& edits,
                                   const std::vector<CheckpointRecord>& checkpoints);

/// One mark at step 0 that tells the phases which a run with these settings has before its
/// training, and how many steps they took; none without such a phase.
std::vector<ChartMark> phase_marks(const Settings& settings, const MetricReader& points_of);

/// Marks where something went wrong: steps that were left out since their loss or gradient was not
/// finite, several in a row as one.
std::vector<ChartMark> alert_marks(const MetricReader& points_of);

/// The lists as one, by rising step.
std::vector<ChartMark> merged_marks(std::vector<std::vector<ChartMark>> lists);

}  // namespace plumb
