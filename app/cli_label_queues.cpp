// SPDX-License-Identifier: GPL-3.0-or-later
// labels queue, compare and requeue: the queues, and those made of what is in the workspace.
#include "cli_label_queues.h"

#include <vector>

#include "base/strings.h"
#include "cli_follow.h"
#include "cli_inference.h"
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
                                 .set("order", to_string(queue.order.kind))
                                 .set("repeat", queue.shares.repeated)
                                 .set("double", queue.shares.doubled)
                                 .set("added_ms", queue.added_ms)
                                 .set_encoded("source", queue.source)
                                 .text());
        else
            rows.push_back({std::to_string(queue.id), one_line(queue.name),
                            std::to_string(*judged) + "/" + std::to_string(queue.items),
                            std::string(to_string(queue.order.kind)), format_time(queue.added_ms)});
    }
    if (!rows.empty())
        context.out.write(format_table(
            {{"queue", true}, {"name"}, {"judged", true}, {"order"}, {"added"}}, rows));
    else if (!context.json)
        tell("There are no label queues. plumbline-cli labels import and labels queue make some.");
    return 0;
}

struct Samples {
    std::string run, name;
    SamplesToJudge what;
    std::vector<std::int64_t> steps;  ///< first and last
    bool ended = false, cut = false;
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
    if (wanted.ended != wanted.cut) wanted.what.ended = wanted.ended;
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
    command->add_flag("--ended", wanted->ended, "Only answers that came to an end");
    command->add_flag("--cut", wanted->cut, "Only answers that were cut");
    command->add_option("--prompt", wanted->what.prompt, "Only prompts with this text in them")
        ->type_name("TEXT");
    command
        ->add_option("--least-difference", wanted->what.least_difference,
                     "Only pairs whose rewards differ by so much")
        ->check(CLI::NonNegativeNumber)
        ->type_name("X");
    command->add_option("--seed", wanted->what.seed, "Which of two answers is A")->type_name("N");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] {
            return wanted->run.empty() ? list_queues(context) : add_samples(context, *wanted);
        };
    });
}

int compare(Context& context, CompareModelsRequest request) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    watch_signals();
    auto display = std::make_shared<CountDisplay>("answered");
    request.on_progress = [display](std::int64_t done, std::int64_t total) {
        display->show(done, total);
    };
    const auto reply = wait_for(**session, (*session)->compare_models(request));
    if (!reply.ok()) return report_answer(reply.error());
    if (reply->equal > 0)
        tell(std::to_string(reply->equal) +
             " prompts to which both gave the same answer were left out");
    LabelFileReport told;
    told.done = reply->done;
    return tell_import(context, reply->name, told);
}

void add_compare(CLI::App& labels, Context& context) {
    auto request = std::make_shared<CompareModelsRequest>();
    auto* command = labels.add_subcommand(
        "compare", "A new queue of what two models answer to the same prompts");
    for (const auto& [name, model] :
         {std::pair("a", &request->model_a), std::pair("b", &request->model_b)})
        command->add_option(name, *model, "Folder of a model, or a run of the workspace")
            ->required()
            ->type_name("DIR|RUN[@STEP]");
    auto* most = command->add_option("--prompts", request->prompts, "At most so many prompts")
                     ->check(CLI::PositiveNumber)
                     ->type_name("N");
    most->capture_default_str();
    command
        ->add_option("--file", request->file,
                     "Prompts, JSONL or a line each (default: the held-out prompts of A's run, or "
                     "of B's)")
        ->type_name("FILE");
    command->add_option("--name", request->name, "Of the queue (default: A and B)")
        ->type_name("NAME");
    command->add_option("--temperature", request->temperature, "Of both models; 0: greedy")
        ->check(CLI::NonNegativeNumber)
        ->type_name("T")
        ->capture_default_str();
    command
        ->add_option("--max-tokens", request->max_tokens,
                     "At most so many tokens (default: as the run samples, else 64)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command
        ->add_option("--seed", request->seed, "Of the draws, and of which model gives answer A (0)")
        ->type_name("S");
    add_shared_options(*command, context);
    command->callback([&context, request] {
        context.action = [&context, request] { return compare(context, *request); };
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
    add_compare(labels, context);
    add_requeue(labels, context);
}

}  // namespace plumb::cli
