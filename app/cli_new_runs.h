// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "cli_commands.h"
#include "session/run_plan.h"

namespace plumb::cli {

/// What `run` and `queue add` are told of the runs to make.
struct NewRuns {
    std::vector<std::string> targets;      ///< presets or YAML files
    std::vector<std::string> assignments;  ///< KEY=VALUE
    std::string name;
    std::string repeat;  ///< a run whose settings and edits are taken
    bool without_edits = false;
};

/// Adds the positional and the options; most: of targets, below 0 for any number.
void add_new_run_options(CLI::App& command, NewRuns& wanted, int most);

/// The runs that were asked for, with their names. An error names the target or the setting.
Result<std::vector<RunPlan>> plans_of(const Context& context, const NewRuns& wanted);

}  // namespace plumb::cli
