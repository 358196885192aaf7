// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/records.h"

namespace plumb {

/// Every point of these metrics, not thinned and not smoothed: a line for each step that has one,
/// empty where a metric has none. The columns are step, what else charts can be drawn over and the
/// run has recorded (seconds, tokens, flops, kl), and the metrics by their keys. Where a metric
/// belongs to a phase before the training, which counts steps of its own, the first column names
/// the phase. points may hold more metrics than these: the axes are made of them.
std::string points_as_csv(const std::vector<std::string>& keys,
                          const std::map<std::string, std::vector<MetricPoint>>& points);

}  // namespace plumb
