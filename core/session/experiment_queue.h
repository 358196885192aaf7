// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/experiments.h"
#include "session/session.h"

namespace plumb {

/// The plan with options.name made a name that no comparison of the workspace has ("NAME 2"), its
/// queue included. into: the runs join the comparison of that name, if there is one. Preparations
/// that it has already, finished or still to come, are used instead of new ones; those with other
/// settings get a name of their own. Errors: as plan_experiment(); a run that the comparison has.
Result<ExperimentPlan> plan_in_workspace(StoreReader& reader, const Experiment& experiment,
                                         ExperimentOptions options, bool into = false);

struct QueuedExperiment {
    std::string comparison;
    std::vector<PlannedRun> runs;
    std::vector<QueueId> entries;  ///< of those runs
};

/// Plans and queues the runs: all of them or, where one does not pass, none. They begin once the
/// queue goes on (Session::run_queue).
Result<QueuedExperiment> enqueue_experiment(Session& session, const Experiment& experiment,
                                            ExperimentOptions options, bool into = false);

}  // namespace plumb
