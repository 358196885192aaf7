// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/report_table.h"
#include "analysis/compare/run_groups.h"

namespace plumb {

using RunValue = std::function<std::optional<double>(const ComparedRun&)>;

/// The value of each run of the group that has one.
std::vector<double> values_of(const std::vector<ComparedRun>& runs, const RunGroup& group,
                              const RunValue& value);
/// Their mean with its interval over runs; an empty cell where no run has the value.
TableCell mean_cell(const std::vector<double>& values);
/// A plain number.
TableCell number_cell(double value);
TableCell text_cell(std::string text);

/// "seeds 0, 1, 2"; "runs 4, 7" where a seed stands more than once.
std::string group_seeds(const std::vector<ComparedRun>& runs, const RunGroup& group);

/// The names of what scores completions, joined by " + "; empty where the answers in files do.
std::string rewards_text(const Settings& settings);

/// The first value, and the largest, of those that are finite.
std::optional<double> first_value(const ComparedRun& run, const std::string& key);
std::optional<double> largest_value(const ComparedRun& run, const std::string& key);

}  // namespace plumb
