// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/run_groups.h"
#include "analysis/estimate.h"
#include "analysis/x_axis.h"

namespace plumb {

/// A metric of a group of runs: the mean over seeds at each step with the interval of the mean.
struct GroupCurve {
    std::vector<MetricPoint> mean;       ///< at each step that at least one run has reached
    std::vector<MetricPoint> low, high;  ///< 95 %; NaN where fewer than two runs have the step
    std::vector<std::size_t> seeds;      ///< how many runs have each step
};

/// Mean with its 95 % interval by Student's t distribution, from the sample standard deviation with
/// n - 1 degrees of freedom. No interval from fewer than two values, nothing from none. Values that
/// are not finite are left out.
Estimate mean_estimate(const std::vector<double>& values);
GroupCurve group_curve(const std::vector<ComparedRun>& runs, const RunGroup& group,
                       const std::string& key);

/// Where the steps of the group lie: the mean over its runs of their places. Steps where no run has
/// what the axis is made of.
XScale group_scale(const std::vector<ComparedRun>& runs, const RunGroup& group, XAxis axis);

}  // namespace plumb
