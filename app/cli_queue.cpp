// SPDX-License-Identifier: GPL-3.0-or-later
// queue: runs that wait to be started one after another.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "cli_commands.h"
#include "cli_follow.h"
#include "cli_new_runs.h"
#include "cli_signals.h"

namespace plumb::cli {
namespace {

std::string what_it_does(const QueuedRun& run) {
    if (run.resumes) return "goes on with run " + std::to_string(*run.resumes);
    if (run.edits.empty()) return "";
    return "makes " + std::to_string(run.edits.size()) +
           (run.edits.size() == 1 ? " edit" : " edits");
}

std::string queued_json(const QueuedRun& run, std::size_t place) {
    JsonLine line("queued");
    line.set("entry", run.id).set("place", static_cast<std::int64_t>(place));
    line.set("name", run.name).set("algorithm", run.algorithm).set("added_ms", run.added_ms);
    if (run.resumes) line.set("resumes", *run.resumes);
    line.set("edits", static_cast<std::int64_t>(run.edits.size()));
    return line.text();
}

int list_queue(Context& context) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queue = (*reader)->queue();
    if (!queue.ok()) return report(queue.error());
    if (queue->empty() && !context.json) tell("No runs wait in the queue.");
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < queue->size(); ++i) {
        const QueuedRun& run = (*queue)[i];
        if (context.json)
            context.out.line(queued_json(run, i + 1));
        else
            rows.push_back({std::to_string(i + 1), std::to_string(run.id), one_line(run.name),
                            run.algorithm, format_time(run.added_ms), what_it_does(run)});
    }
    if (!rows.empty())
        context.out.write(format_table(
            {{"place", true}, {"entry", true}, {"name"}, {"algorithm"}, {"added"}, {""}}, rows));
    return 0;
}

/// Opens the session, changes its queue, and lists it.
int change_queue(Context& context, const std::function<Status(Session&)>& change) {
    {
        auto session = open_session(context);
        if (!session.ok()) return report(session.error());
        // What waits is started by `queue run` alone.
        (*session)->hold_queue();
        if (const Status status = change(**session); !status.ok()) return report(status.error());
    }
    return list_queue(context);
}

int add_to_queue(Context& context, const NewRuns& wanted, const std::string& resumed) {
    std::vector<RunPlan> plans;
    std::optional<RunId> run;
    if (!resumed.empty()) {
        auto reader = context.open_reader();
        if (!reader.ok()) return report(reader.error());
        const auto found = (*reader)->find_run(resumed);
        if (!found.ok()) return report(found.error());
        run = found->id;
    } else {
        auto found = plans_of(context, wanted);
        if (!found.ok()) return report(found.error());
        plans = std::move(*found);
    }
    return change_queue(context, [&](Session& session) -> Status {
        if (run) {
            const auto added = session.enqueue_resume(*run);
            return added ? Status() : added.error();
        }
        for (const RunPlan& plan : plans) {
            const auto added = session.enqueue(plan.settings, plan.name, plan.edits);
            if (!added) return added.error();
        }
        return {};
    });
}

int run_queue(Context& context) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    if ((*session)->queue_state().waiting == 0) {
        tell("No runs wait in the queue.");
        return 0;
    }
    (*session)->run_queue();
    int result = 0;
    while (true) {
        const QueueState queue = (*session)->queue_state();
        if (!(*session)->active_run() && (queue.waiting == 0 || queue.held)) break;
        const auto code = RunFollower(context, **session).follow({});
        if (!code) break;
        // A run that failed does not hold up the others, but is told in the end.
        result = std::max(result, *code);
    }
    const std::size_t waiting = (*session)->queue_state().waiting;
    if (waiting > 0)
        tell(std::to_string(waiting) + (waiting == 1 ? " run waits" : " runs wait") +
             " in the queue; go on with: plumbline-cli queue run" + context.workspace_argument());
    return stop_requests() > 0 ? signal_exit_code() : result;
}

}  // namespace

void add_queue_commands(CLI::App& app, Context& context) {
    auto* queue =
        app.add_subcommand("queue", "List the runs that wait to be started, or change them");
    add_shared_options(*queue, context);
    queue->require_subcommand(0, 1);
    queue->callback([&context, queue] {
        if (queue->get_subcommands().empty())
            context.action = [&context] { return list_queue(context); };
    });

    auto* add = queue->add_subcommand("add", "Add runs at the end of the queue");
    auto wanted = std::make_shared<NewRuns>();
    auto resumed = std::make_shared<std::string>();
    add_new_run_options(*add, *wanted, -1);
    add->add_option("--resume", *resumed, "Go on with a run that was cut off, when its turn comes")
        ->type_name("RUN")
        ->excludes("target")
        ->excludes("--repeat");
    add_shared_options(*add, context);
    add->callback([&context, wanted, resumed] {
        context.action = [&context, wanted, resumed] {
            return add_to_queue(context, *wanted, *resumed);
        };
    });

    struct Move {
        QueueId entry = 0;
        std::int64_t place = 1;
    };
    auto move = std::make_shared<Move>();
    auto* move_command = queue->add_subcommand("move", "Put a run at another place of the queue");
    move_command->add_option("entry", move->entry, "Number of the entry")
        ->required()
        ->type_name("ENTRY");
    move_command->add_option("place", move->place, "1 is the first")
        ->required()
        ->check(CLI::PositiveNumber)
        ->type_name("PLACE");
    add_shared_options(*move_command, context);
    move_command->callback([&context, move] {
        context.action = [&context, move] {
            return change_queue(context, [move](Session& session) {
                return session.move_queued(move->entry, static_cast<std::size_t>(move->place - 1));
            });
        };
    });

    auto entries = std::make_shared<std::vector<QueueId>>();
    auto* remove = queue->add_subcommand("remove", "Take runs out of the queue");
    remove->add_option("entry", *entries, "Numbers of the entries")->required()->type_name("ENTRY");
    add_shared_options(*remove, context);
    remove->callback([&context, entries] {
        context.action = [&context, entries] {
            return change_queue(context,
                                [entries](Session& session) { return session.dequeue(*entries); });
        };
    });

    auto* run = queue->add_subcommand("run", "Start the runs one after another and follow them");
    add_shared_options(*run, context);
    run->callback([&context] { context.action = [&context] { return run_queue(context); }; });
}

}  // namespace plumb::cli
