// SPDX-License-Identifier: GPL-3.0-or-later
// run and resume: start a run, or the runs of an experiment, and show their events until they end.
#include <cstdint>
#include <memory>
#include <string>

#include "cli_commands.h"
#include "cli_experiments.h"
#include "cli_follow.h"
#include "cli_forecast.h"
#include "cli_new_runs.h"

namespace plumb::cli {
namespace {

void add_stop_option(CLI::App& command, std::int64_t& stop_at) {
    command
        .add_option("--stop-at", stop_at,
                    "Stop after this step as Ctrl-C does, so that the run can be resumed")
        ->check(CLI::NonNegativeNumber)
        ->type_name("STEP");
}

/// The experiment that is the target, if it is one.
const Experiment* wanted_experiment(const NewRuns& wanted) {
    if (wanted.targets.size() != 1) return nullptr;
    for (const Experiment& experiment : experiments())
        if (experiment.name == wanted.targets.front()) return &experiment;
    return nullptr;
}

int run(Context& context, const NewRuns& wanted, ExperimentWishes wishes, std::int64_t stop_at) {
    if (const Experiment* experiment = wanted_experiment(wanted)) {
        if (stop_at >= 0)
            return report(invalid_input("--stop-at is for a single run; end those of an experiment "
                                        "with --budget updates=N"));
        wishes.name = wanted.name;
        return run_experiment(context, *experiment, wishes, wanted.assignments);
    }
    if (const std::string option = wishes.first_given(); !option.empty())
        return report(invalid_input(option + " is for experiments, such as " +
                                    experiments().front().name +
                                    "; presets lists them. For one run there is --set"));
    const auto plans = plans_of(context, wanted);
    if (!plans.ok()) return report(plans.error());
    const RunPlan& plan = plans->front();
    if (!context.json) {
        // What is wrong with the settings is told by the start.
        if (const auto forecast = ask_forecast(context, plan.settings))
            context.out.line(forecast_line(*forecast));
    }
    return open_and_follow(context, stop_at, [&](Session& session) {
        return session.start(plan.settings, plan.name, plan.edits);
    });
}

int resume(Context& context, const std::string& wanted, std::int64_t stop_at) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto record = (*reader)->find_run(wanted);
    if (!record.ok()) return report(record.error());
    return open_and_follow(context, stop_at,
                           [&](Session& session) { return session.resume(record->id); });
}

}  // namespace

void add_run_commands(CLI::App& app, Context& context) {
    auto* run_command = app.add_subcommand("run", "Start a run, or all runs of an experiment, and follow them to their end");
    auto wanted = std::make_shared<NewRuns>();
    auto wishes = std::make_shared<ExperimentWishes>();
    auto stop_at = std::make_shared<std::int64_t>(-1);
    add_new_run_options(*run_command, *wanted, 1);
    add_experiment_options(*run_command, *wishes);
    add_stop_option(*run_command, *stop_at);
    add_shared_options(*run_command, context);
    run_command->callback([&context, wanted, wishes, stop_at] {
        context.action = [&context, wanted, wishes, stop_at] {
            return run(context, *wanted, *wishes, *stop_at);
        };
    });

    auto* resume_command =
        app.add_subcommand("resume", "Go on with a run from its last checkpoint");
    auto resumed = std::make_shared<std::string>();
    resume_command->add_option("run", *resumed, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    add_stop_option(*resume_command, *stop_at);
    add_shared_options(*resume_command, context);
    resume_command->callback([&context, resumed, stop_at] {
        context.action = [&context, resumed, stop_at] {
            return resume(context, *resumed, *stop_at);
        };
    });
}

}  // namespace plumb::cli
