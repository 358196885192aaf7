// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "store/store.h"

namespace plumb {

/// A run as it can be done again.
struct RunPlan {
    std::string name;
    Settings settings;               ///< as they were at its start
    std::vector<PlannedEdit> edits;  ///< made while it went on, or planned still; by rising step
};

/// With the edits, Session::start makes the same numbers again (on the same machine). Where the
/// settings name a run that was deleted, the run's own copies of model and pairs are named instead.
Result<RunPlan> plan_of(StoreReader& reader, RunId run);
/// Of a run that waits in the queue.
Result<RunPlan> plan_of(const QueuedRun& queued);

/// The runs, and those waiting, whose settings name one of the given runs as their first model or
/// reward model, or for its pairs: a first start of theirs needs them. None of the given ones is
/// among them.
struct RunUsers {
    std::vector<RunRecord> runs;
    std::vector<QueuedRun> queued;
};
Result<RunUsers> users_of(StoreReader& reader, const std::vector<RunId>& runs);

}  // namespace plumb
