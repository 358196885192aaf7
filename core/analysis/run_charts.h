// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/chart_marks.h"
#include "analysis/metric_info.h"
#include "analysis/svg_chart.h"
#include "store/records.h"

namespace plumb {

/// The chart of a group in the algorithm's colours, with bands. Metrics without points are left
/// out; a group without any comes back without series. A chart of a phase counts its own steps.
/// shade: the run's.
ChartSpec chart_spec(const std::string& algorithm, const ChartGroup& group,
                     const MetricReader& points_of, std::int64_t shade = 0);

/// The charts of a run in the algorithm's colours, all over the same steps. Groups and metrics
/// without points are left out. The marks, by rising step, are of all but charts of phases, which
/// count steps of their own.
std::vector<ChartSpec> run_charts(const RunRecord& run, const std::vector<ChartGroup>& groups,
                                  const MetricReader& points_of,
                                  const std::vector<ChartMark>& marks = {});

/// A group for each key, or the run's default charts where there are no keys.
std::vector<ChartGroup> chart_groups(const RunRecord& run, const std::vector<std::string>& keys);

/// The run's charts as one SVG document under its name, algorithm, preset and step.
std::string run_dashboard(const RunRecord& run, const std::vector<ChartSpec>& charts);

}  // namespace plumb
