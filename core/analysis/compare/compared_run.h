// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "store/store.h"

namespace plumb {

/// What comparisons read of a run. A value: to be copied to any thread.
struct ComparedRun {
    RunRecord record;
    Settings settings;  ///< as they were at its start
    std::vector<EditRecord> edits;
    MetricTable metrics;
    std::vector<CheckpointRecord> checkpoints;

    const std::vector<MetricPoint>* points(const std::string& key) const;
    /// The last finite value.
    std::optional<double> last(const std::string& key) const;
    /// Trains a policy by rewards or preferences: what gold, KL and budgets are about.
    bool trains_policy() const;
};

/// Reads it whole. Settings that this version cannot read are an error that names the run.
Result<ComparedRun> read_compared_run(StoreReader& reader, RunId run);

}  // namespace plumb
