// SPDX-License-Identifier: GPL-3.0-or-later
// labels order and score: in which order items are shown, how often, and what a reward model says.
#include <optional>

#include "base/strings.h"
#include "cli_follow.h"
#include "cli_inference.h"
#include "cli_label_queues.h"
#include "session/label_order.h"

namespace plumb::cli {
namespace {

Result<ScoreLabelsReply> score(Session& session, LabelQueueId queue, const std::string& model,
                               bool again) {
    auto display = std::make_shared<CountDisplay>("scored");
    ScoreLabelsRequest request;
    request.queue = queue;
    request.model = model;
    request.again = again;
    request.on_progress = [display](std::int64_t done, std::int64_t total) {
        display->show(done, total);
    };
    return wait_for(session, session.score_labels(request));
}

int score_queue(Context& context, const std::string& name, const std::string& model) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queue = (*reader)->find_label_queue(name);
    if (!queue.ok()) return report(queue.error());
    watch_signals();
    const auto reply = score(**session, queue->id, model, true);
    if (!reply.ok()) return report_answer(reply.error());
    if (context.json)
        context.out.line(JsonLine("labels_scored")
                             .time(reply->seconds)
                             .set("queue", queue->id)
                             .set("model", reply->source)
                             .set("items", reply->scored)
                             .text());
    else
        context.out.line(std::to_string(reply->scored) + " items scored by " +
                         one_line(reply->source) + " in " + format_fixed(reply->seconds, 1) + " s");
    return 0;
}

struct Order {
    std::string queue, kind, model;
    std::int64_t seed = 0;
    std::optional<double> repeated, doubled;
};

/// Where the rewards come from; scores what the model has not scored.
Result<std::string> source_of(Session& session, LabelQueueId queue, const std::string& model) {
    if (model.empty()) return std::string(run_source);
    if (model == gold_source) return model;
    PLUMB_TRY(const ScoreLabelsReply reply, score(session, queue, model, false));
    return reply.source;
}

Status apply(Session& session, StoreReader& reader, const LabelQueue& queue, const Order& wanted) {
    LabelShares shares = queue.shares;
    if (wanted.repeated) shares.repeated = *wanted.repeated;
    if (wanted.doubled) shares.doubled = *wanted.doubled;
    PLUMB_TRY_STATUS(session.store().set_label_shares(queue.id, shares));
    if (wanted.kind.empty()) return {};
    LabelOrder order;
    order.kind = *parse_label_order(wanted.kind);
    order.seed = wanted.seed;
    if (order.kind == LabelOrder::uncertain) {
        PLUMB_TRY(order.source, source_of(session, queue.id, wanted.model));
    }
    PLUMB_TRY(const std::int64_t unknown, order_queue(session.store(), reader, queue.id, order));
    if (unknown > 0) tell(std::to_string(unknown) + " items whose rewards are not known come last");
    return {};
}

int order_label_queue(Context& context, const Order& wanted) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto before = (*reader)->find_label_queue(wanted.queue);
    if (!before.ok()) return report(before.error());
    watch_signals();
    if (const Status done = apply(**session, **reader, *before, wanted); !done.ok())
        return report_answer(done.error());
    const auto queue = (*reader)->label_queue(before->id);
    if (!queue.ok()) return report(queue.error());
    const std::string kind(to_string(queue->order.kind));
    if (context.json) {
        context.out.line(JsonLine("labels_ordered")
                             .set("queue", queue->id)
                             .set("name", queue->name)
                             .set("order", kind)
                             .set("seed", queue->order.seed)
                             .set("rewards", queue->order.source)
                             .set("repeat", queue->shares.repeated)
                             .set("double", queue->shares.doubled)
                             .text());
        return 0;
    }
    const std::string by =
        queue->order.source.empty() ? "" : " by " + one_line(queue->order.source);
    context.out.line("label queue " + std::to_string(queue->id) + ", " + one_line(queue->name) +
                     ": order " + kind + by + "; repeated " +
                     format_significant(queue->shares.repeated) + ", judged by everybody " +
                     format_significant(queue->shares.doubled));
    return 0;
}

void add_order(CLI::App& labels, Context& context) {
    auto wanted = std::make_shared<Order>();
    auto* command = labels.add_subcommand(
        "order", "In which order a queue shows its items, how often, and to whom");
    command->add_option("queue", wanted->queue, "Name or number")->required()->type_name("QUEUE");
    command
        ->add_option("order", wanted->kind,
                     "given: as they came; random; uncertain: the smallest difference of rewards "
                     "first (default: as it is)")
        ->check(CLI::IsMember({"given", "random", "uncertain"}));
    command
        ->add_option("--model", wanted->model,
                     "uncertain: by this reward model, which scores the items (default: by the "
                     "rewards of the run that sampled them; gold: by the gold reward)")
        ->type_name("DIR|RUN[@STEP]|gold");
    command->add_option("--seed", wanted->seed, "Of the random order (0)")->type_name("N");
    command
        ->add_option("--repeat", wanted->repeated,
                     "Share of items that each annotator is shown a second time")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("SHARE");
    command
        ->add_option("--double", wanted->doubled,
                     "Share of items that everybody judges; the others are judged by whoever comes "
                     "first")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("SHARE");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return order_label_queue(context, *wanted); };
    });
}

void add_score(CLI::App& labels, Context& context) {
    struct Score {
        std::string queue, model;
    };
    auto wanted = std::make_shared<Score>();
    auto* command =
        labels.add_subcommand("score", "Score the answers of a queue with a reward model");
    command->add_option("queue", wanted->queue, "Name or number")->required()->type_name("QUEUE");
    command
        ->add_option("--model", wanted->model,
                     "Folder of a reward model, or a run that trains or has made one")
        ->required()
        ->type_name("DIR|RUN[@STEP]");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] {
            return score_queue(context, wanted->queue, wanted->model);
        };
    });
}

}  // namespace

void add_label_order_commands(CLI::App& labels, Context& context) {
    add_order(labels, context);
    add_score(labels, context);
}

}  // namespace plumb::cli
