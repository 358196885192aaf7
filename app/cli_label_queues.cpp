// SPDX-License-Identifier: GPL-3.0-or-later
// labels queue and requeue: the queues, and those made of what is in the workspace.
#include "cli_label_queues.h"

#include <vector>

#include "base/strings.h"
#include "session/label_requeue.h"
#include "session/label_sampling.h"

namespace plumb::cli {
namespace {

int list_queues(Context& context) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queues = (*reader)->label_queues();
    if (!queues.ok()) return report(queues.error());
    std::vector<std::vector<std::string>> rows;
    for (const LabelQueue& queue : *queues) {
        const auto judged = (*reader)->items_judged(queue.id);
        if (!judged.ok()) return report(judged.error());
        if (context.json)
            context.out.line(JsonLine("label_queue")
                                 .set("queue", queue.id)
                                 .set("name", queue.name)
                                 .set("items", queue.items)
                                 .set("judged", *judged)
                                 .set("added_ms", queue.added_ms)
                                 .set_encoded("source", queue.source)
                                 .text());
        else
            rows.push_back({std::to_string(queue.id), one_line(queue.name),
                            std::to_string(*judged) + "/" + std::to_string(queue.items),
                            format_time(queue.added_ms)});
    }
    if (!rows.empty())
        context.out.write(
            format_table({{"queue", true}, {"name"}, {"judged", true}, {"added"}}, rows));
    else if (!context.json)
        tell("There are no label queues. plumbline-cli labels import and labels queue make some.");
    return 0;
}

struct Samples {
    std::string run, name;
    SamplesToJudge what;
    std::vector<std::int64_t> steps;  ///< first and last
};

int add_samples(Context& context, Samples wanted) {
    auto store = open_store(context);
    if (!store.ok()) return report(store.error());
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(wanted.run);
    if (!run.ok()) return report(run.error());
    wanted.what.run = run->id;
    if (wanted.steps.size() == 2) {
        wanted.what.first_step = wanted.steps[0];
        wanted.what.last_step = wanted.steps[1];
    }
    if (wanted.name.empty()) wanted.name = run->name;
    const auto done = queue_samples(**store, **reader, wanted.name, wanted.what);
    if (!done.ok()) return report(done.error());
    LabelFileReport told;
    told.done = *done;
    return tell_import(context, wanted.name, told);
}

int requeue(Context& context, const std::string& queue_name, std::string name) {
    auto store = open_store(context);
    if (!store.ok()) return report(store.error());
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queue = (*reader)->find_label_queue(queue_name);
    if (!queue.ok()) return report(queue.error());
    if (name.empty()) name = queue->name + " again";
    const auto done = requeue_disagreements(**store, **reader, queue->id, name);
    if (!done.ok()) return report(done.error());
    LabelFileReport told;
    told.done = *done;
    return tell_import(context, name, told);
}

void add_queue_of_samples(CLI::App& labels, Context& context) {
    auto wanted = std::make_shared<Samples>();
    auto* command = labels.add_subcommand(
        "queue", "List the label queues, or make one of a run's samples, best against worst");
    command->add_option("run", wanted->run, "Number or name of a run")->type_name("RUN");
    command->add_option("--name", wanted->name, "Of the queue (default: the run's)")
        ->type_name("NAME");
    command->add_option("--steps", wanted->steps, "First and last step")
        ->expected(2)
        ->type_name("STEP");
    command->add_option("--most", wanted->what.most, "Pairs, spread over the steps (default: all)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command->add_option("--seed", wanted->what.seed, "Which of two answers is A")->type_name("N");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] {
            return wanted->run.empty() ? list_queues(context) : add_samples(context, *wanted);
        };
    });
}

void add_requeue(CLI::App& labels, Context& context) {
    struct Requeue {
        std::string queue, name;
    };
    auto wanted = std::make_shared<Requeue>();
    auto* command = labels.add_subcommand(
        "requeue", "A new queue of the items on which annotators differ, to be judged anew");
    command->add_option("queue", wanted->queue, "Name or number")->required()->type_name("QUEUE");
    command->add_option("--name", wanted->name, "Of the new queue (default: QUEUE again)")
        ->type_name("NAME");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] {
            return requeue(context, wanted->queue, wanted->name);
        };
    });
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const Context& context) {
    return Store::open(context.workspace_folder(), Access::read_write);
}

int tell_import(Context& context, const std::string& name, const LabelFileReport& done) {
    if (context.json) {
        context.out.line(
            JsonLine("labels_imported")
                .set("queue", done.done.queue)
                .set("name", name)
                .set("items", done.done.items)
                .set("verdicts", done.done.verdicts)
                .set("duplicates", static_cast<std::int64_t>(done.done.duplicates.size()))
                .set("bad_rows", done.bad_rows)
                .text());
        return 0;
    }
    context.out.line("label queue " + std::to_string(done.done.queue) + ", " + one_line(name) +
                     ": " + std::to_string(done.done.items) + " items, " +
                     std::to_string(done.done.verdicts) + " verdicts");
    return 0;
}

void add_label_queue_commands(CLI::App& labels, Context& context) {
    add_queue_of_samples(labels, context);
    add_requeue(labels, context);
}

}  // namespace plumb::cli
