// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/metric_info.h"
#include "analysis/svg_chart.h"
#include "store/records.h"

namespace plumb {

/// The points of a metric by rising step; empty where the run has none.
using MetricReader = std::function<std::vector<MetricPoint>(const std::string& key)>;

/// Marks for edits and checkpoints, by rising step.
std::vector<ChartMark> chart_marks(const std::vector<EditRecord>& edits,
                                   const std::vector<CheckpointRecord>& checkpoints);

/// The charts of a run in the algorithm's colours, all over the same steps. Groups and metrics
/// without points are left out. The edits and checkpoints become marks.
std::vector<ChartSpec> run_charts(const RunRecord& run, const std::vector<ChartGroup>& groups,
                                  const MetricReader& points_of,
                                  const std::vector<EditRecord>& edits = {},
                                  const std::vector<CheckpointRecord>& checkpoints = {});

/// A group for each key, or the run's default charts where there are no keys.
std::vector<ChartGroup> chart_groups(const RunRecord& run, const std::vector<std::string>& keys);

/// The run's charts as one SVG document under its name, algorithm, preset and step.
std::string run_dashboard(const RunRecord& run, const std::vector<ChartSpec>& charts);

}  // namespace plumb
