// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// Runs that were started together to be compared: those with one settings.comparison.
struct StoredComparison {
    std::string name;
    std::vector<RunId> runs;
};

/// In the order in which they were begun; deleted runs are left out.
Result<std::vector<StoredComparison>> stored_comparisons(StoreReader& reader);

/// Unknown: ErrorCode::not_found with the nearest name.
Result<std::vector<RunId>> runs_of_comparison(StoreReader& reader, const std::string& name);

/// The comparison that a run's settings (YAML) name; empty: none.
std::string comparison_of(const std::string& settings);

}  // namespace plumb
