// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/comparison.h"
#include "analysis/metric_info.h"
#include "analysis/svg_chart.h"
#include "analysis/x_axis.h"

namespace plumb {

/// The metrics that comparisons show unless others are asked for, as far as any run has them: that
/// of the comparison, rewards, KL, lengths, entropy and loss. A chart each, by its full title.
std::vector<ChartGroup> comparison_chart_groups(const Comparison& comparison);

/// Every metric that a run of the comparison has.
std::vector<std::string> comparison_keys(const Comparison& comparison);

/// Whether the group's values of the metric mean what those of the other groups mean: the accuracy
/// of a reward model is of pairs, not of answers.
bool is_comparable(const Comparison& comparison, const RunGroup& group, const std::string& key);

/// "3 seeds"; "1 seed, no interval".
std::string seeds_text(const RunGroup& group);

/// The metric of every group that has it: the mean over seeds with its 95 % interval as a band. A
/// group that has not recorded what the axis is made of is left out; where none has, the chart is
/// over steps. Metrics of phases before the training are over their own steps.
ChartSpec group_chart_spec(const Comparison& comparison, const std::string& key,
                           XAxis axis = XAxis::step);

/// Every point of the groups' curves, neither thinned nor smoothed: a line for each group, metric
/// and step: group, metric, step, the places on the other axes that the group has (seconds, tokens,
/// flops, kl; empty for phases before the training), seeds, mean, low, high. RFC 4180; low and high
/// are empty where there is no interval.
std::string group_points_csv(const Comparison& comparison, const std::vector<std::string>& keys);

/// Every point of every run: run, name, group, seed, metric, step, value.
std::string run_points_csv(const Comparison& comparison, const std::vector<std::string>& keys);

}  // namespace plumb
