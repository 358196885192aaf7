// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "cli_commands.h"
#include "config/experiments.h"
#include "session/experiment_queue.h"

namespace plumb::cli {

/// What `run EXPERIMENT` and `sweep` are told beside the settings.
struct ExperimentWishes {
    std::string seeds, budget, name, into;
    bool shared_start = false;
    bool queue_only = false;

    /// The first option that is given, for a message; empty: none.
    std::string first_given() const;
};

/// Adds --seeds, --budget, --shared-start, --into and --queue-only to a command that has --name.
void add_experiment_options(CLI::App& command, ExperimentWishes& wishes);

/// Queues the runs of the experiment before those that wait, follows them to the last, and returns
/// the exit code. assignments: KEY=VALUE for every run.
int run_experiment(Context& context, const Experiment& experiment, const ExperimentWishes& wishes,
                   const std::vector<std::string>& assignments);

/// Starts the queued runs before what waits already, follows them to the last, and returns the exit
/// code. The rest stays in the queue.
int follow_experiment(Context& context, Session& session, const QueuedExperiment& queued);

void add_sweep_command(CLI::App& app, Context& context);  ///< sweep

}  // namespace plumb::cli
