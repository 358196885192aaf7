// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/comparison.h"

namespace plumb {

/// What cannot be compared, or not without care, in the order in which it should be read: other
/// tasks, other rewards, no gold reward, unfinished runs, one seed, other seeds, unequal budgets,
/// no KL, deleted checkpoints, edits.
std::vector<ComparisonProblem> comparison_problems(const std::vector<ComparedRun>& runs,
                                                   const std::vector<RunGroup>& groups,
                                                   const std::string& metric);

}  // namespace plumb
