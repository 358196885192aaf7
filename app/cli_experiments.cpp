// SPDX-License-Identifier: GPL-3.0-or-later
// Experiments in the terminal: several runs, one after another, that are compared.
#include "cli_experiments.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/strings.h"
#include "base/words.h"
#include "cli_follow.h"
#include "cli_signals.h"
#include "session/experiment_queue.h"

namespace plumb::cli {
namespace {

Result<ExperimentOptions> options_of(const ExperimentWishes& wishes,
                                     const std::vector<std::string>& assignments) {
    ExperimentOptions options;
    options.name = wishes.into.empty() ? wishes.name : wishes.into;
    options.shared_start = wishes.shared_start;
    if (!wishes.seeds.empty()) {
        PLUMB_TRY(options.seeds, parse_seeds(wishes.seeds));
    }
    if (!wishes.budget.empty()) {
        PLUMB_TRY(const Budget budget, parse_budget(wishes.budget));
        options.budget = budget;
    }
    for (const std::string& assignment : assignments) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0)
            return invalid_input("--set " + assignment + ": expected KEY=VALUE");
        options.changes.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
    }
    return options;
}

void tell_plan(Context& context, const QueuedExperiment& queued) {
    if (context.json) {
        for (std::size_t i = 0; i < queued.runs.size(); ++i)
            context.out.line(JsonLine("planned")
                                 .set("comparison", queued.comparison)
                                 .set("entry", queued.entries[i])
                                 .set("place", static_cast<std::int64_t>(i + 1))
                                 .set("runs", static_cast<std::int64_t>(queued.runs.size()))
                                 .set("name", queued.runs[i].name)
                                 .set("variant", queued.runs[i].settings.variant)
                                 .set("seed", queued.runs[i].settings.seed)
                                 .text());
        return;
    }
    context.out.line("Comparison " + one_line(queued.comparison) + ": " +
                     counted(queued.runs.size(), "run"));
}

struct SweepWishes {
    std::string target, key, values;
    std::vector<std::string> assignments;
    ExperimentWishes experiment;
};

int run_sweep(Context& context, const SweepWishes& wishes) {
    const auto base = target_settings(wishes.target, wishes.assignments);
    if (!base.ok()) return report(base.error());
    const auto experiment = sweep_experiment(*base, wishes.key, split_values(wishes.values));
    if (!experiment.ok()) return report(experiment.error());
    return run_experiment(context, *experiment, wishes.experiment, {});
}

}  // namespace

int follow_experiment(Context& context, Session& session, const QueuedExperiment& queued) {
    for (std::size_t i = 0; i < queued.entries.size(); ++i)
        if (const Status moved = session.move_queued(queued.entries[i], i); !moved)
            return report(moved.error());
    const Stopwatch watch;
    const std::size_t count = queued.entries.size();
    std::size_t finished = 0;
    int result = 0;
    for (std::size_t i = 0; i < count && stop_requests() == 0; ++i) {
        if (context.json)
            context.out.line(JsonLine("next")
                                 .set("comparison", queued.comparison)
                                 .set("place", static_cast<std::int64_t>(i + 1))
                                 .set("runs", static_cast<std::int64_t>(count))
                                 .text());
        else
            context.out.line("[" + std::to_string(i + 1) + "/" + std::to_string(count) + "] " +
                             one_line(queued.runs[i].name));
        RunFollower follower(context, session);
        // What waited before waits on: it was not asked for here.
        follower.hold_queue_at_start();
        session.run_queue();
        const auto code = follower.follow({});
        if (!code) {
            result = 1;  // the reason was told: the queue is held
            break;
        }
        finished += *code == 0;
        result = std::max(result, *code);
    }
    session.hold_queue();
    const std::string where = context.workspace_argument();
    if (context.json)
        context.out.line(JsonLine("experiment_ended")
                             .time(watch.seconds())
                             .set("comparison", queued.comparison)
                             .set("finished", static_cast<std::int64_t>(finished))
                             .set("runs", static_cast<std::int64_t>(count))
                             .text());
    else
        context.out.line(
            "Comparison " + one_line(queued.comparison) + ": " + std::to_string(finished) + " of " +
            counted(count, "run") + " finished, " + format_duration(watch.seconds()) +
            "\nCompare: plumbline-cli compare --of " + shell_word(queued.comparison) + where);
    if (const std::size_t waiting = session.queue_state().waiting; waiting > 0)
        tell(counted(waiting, "run") + " still in the queue; go on with: plumbline-cli queue run" +
             where);
    return stop_requests() > 0 ? signal_exit_code() : result;
}

std::string ExperimentWishes::first_given() const {
    if (!seeds.empty()) return "--seeds";
    if (!budget.empty()) return "--budget";
    if (!into.empty()) return "--into";
    if (shared_start) return "--shared-start";
    return queue_only ? "--queue-only" : "";
}

void add_experiment_options(CLI::App& command, ExperimentWishes& wishes) {
    command
        .add_option("--seeds", wishes.seeds,
                    "How many seeds of each variant (3), or which (0,5; \"7,\" for one)")
        ->type_name("N|LIST");
    command
        .add_option("--budget", wishes.budget,
                    "Where each run ends: updates=N, tokens=N (generated), seconds=N (of updates) "
                    "or flops=N (estimated)")
        ->type_name("KIND=N");
    command.add_flag("--shared-start", wishes.shared_start,
                     "All seeds start from the model of the first, with its pairs and its reward "
                     "model");
    command
        .add_option("--into", wishes.into,
                    "Add the runs to the comparison of that name, with the preparations it has")
        ->type_name("NAME")
        ->excludes("--name");
    command.add_flag("--queue-only", wishes.queue_only,
                     "Leave the runs at the end of the queue; queue run starts them");
}

int run_experiment(Context& context, const Experiment& experiment, const ExperimentWishes& wishes,
                   const std::vector<std::string>& assignments) {
    auto options = options_of(wishes, assignments);
    if (!options.ok()) return report(options.error());
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    (*session)->hold_queue();
    const auto queued =
        enqueue_experiment(**session, experiment, std::move(*options), !wishes.into.empty());
    if (!queued.ok()) return report(queued.error());
    tell_plan(context, *queued);
    if (!wishes.queue_only) return follow_experiment(context, **session, *queued);
    if (!context.json) {
        for (const PlannedRun& run : queued->runs) context.out.line("  " + one_line(run.name));
        context.out.line("They wait in the queue; start them with: plumbline-cli queue run" +
                         context.workspace_argument());
    }
    return 0;
}

void add_sweep_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand(
        "sweep", "Make runs of one setting at several values, times seeds, and follow them");
    auto wishes = std::make_shared<SweepWishes>();
    add_target_options(*command, wishes->target, wishes->assignments);
    command->add_option("--key", wishes->key, "The setting")->required()->type_name("KEY");
    command
        ->add_option("--values", wishes->values,
                     "Its values, cut at commas outside brackets: 0,0.02,0.1")
        ->required()
        ->type_name("V,V...");
    command->add_option("--name", wishes->experiment.name, "Name of the comparison")
        ->type_name("NAME");
    add_experiment_options(*command, wishes->experiment);
    add_shared_options(*command, context);
    command->callback([&context, wishes] {
        context.action = [&context, wishes] { return run_sweep(context, *wishes); };
    });
}

}  // namespace plumb::cli
