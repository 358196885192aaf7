// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_new_runs.h"

#include <filesystem>

namespace plumb::cli {
namespace fs = std::filesystem;
namespace {

Result<RunPlan> repeated_plan(const Context& context, const NewRuns& wanted) {
    PLUMB_TRY(auto reader, context.open_reader());
    PLUMB_TRY(const RunRecord run, reader->find_run(wanted.repeat));
    PLUMB_TRY(RunPlan plan, plan_of(*reader, run.id));
    if (wanted.without_edits) plan.edits.clear();
    return plan;
}

}  // namespace

void add_new_run_options(CLI::App& command, NewRuns& wanted, int most) {
    auto* targets = command.add_option("target", wanted.targets,
                                       "Name of a preset, or a YAML file of settings");
    targets->type_name("PRESET|FILE.yaml")->expected(0, most < 0 ? 1 << 20 : most);
    command.add_option("--set", wanted.assignments, "Change one setting; may be given many times")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command.add_option("--name", wanted.name, "Name of the run")->type_name("NAME");
    auto* repeat =
        command
            .add_option("--repeat", wanted.repeat,
                        "Take the settings of a run, and make its edits at the same steps")
            ->type_name("RUN")
            ->excludes(targets);
    command.add_flag("--without-edits", wanted.without_edits, "Repeat the settings alone")
        ->needs(repeat);
}

Result<std::vector<RunPlan>> plans_of(const Context& context, const NewRuns& wanted) {
    std::vector<RunPlan> plans;
    if (!wanted.repeat.empty()) {
        PLUMB_TRY(RunPlan plan, repeated_plan(context, wanted));
        plans.push_back(std::move(plan));
    }
    for (const std::string& target : wanted.targets) {
        RunPlan plan;
        plan.name = fs::path(target).stem().string();
        PLUMB_TRY(plan.settings, target_settings(target, {}));
        plans.push_back(std::move(plan));
    }
    if (plans.empty())
        return invalid_input("name a preset, a YAML file of settings, or a run with --repeat");
    for (RunPlan& plan : plans) {
        PLUMB_TRY_STATUS(apply_assignments(wanted.assignments, plan.settings));
        if (!wanted.name.empty()) plan.name = wanted.name;
    }
    return plans;
}

}  // namespace plumb::cli
