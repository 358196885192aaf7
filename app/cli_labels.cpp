// SPDX-License-Identifier: GPL-3.0-or-later
// labels: answers to be judged, verdicts, and what they are worth.
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/label_report.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "cli_label_queues.h"
#include "cli_label_stats.h"
#include "cli_signals.h"
#include "session/label_files.h"
#include "session/label_sampling.h"

namespace plumb::cli {
namespace {

struct Import {
    LabelFileToImport from;
    std::vector<std::string> columns;  ///< ROLE=NAME
    std::string file;
};

int import_labels(Context& context, Import wanted) {
    for (const std::string& pair : wanted.columns) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos)
            return report(invalid_input("--column " + pair +
                                        ": write ROLE=NAME, as in --column chosen=best"));
        wanted.from.columns[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    wanted.from.file = wanted.file;
    if (wanted.from.queue.empty()) wanted.from.queue = wanted.from.file.stem().string();
    auto store = open_store(context);
    if (!store.ok()) return report(store.error());
    watch_signals();
    std::stop_source stop;
    const auto done = import_label_file(**store, wanted.from, stop.get_token(),
                                        [&](std::uint64_t, std::uint64_t) {
                                            if (stop_requests() > 0) stop.request_stop();
                                        });
    if (stop_requests() > 0) {
        tell("The import was stopped; nothing was kept.");
        return signal_exit_code();
    }
    if (!done.ok()) return report(done.error());
    for (const std::string& problem : done->problems) tell(problem);
    if (done->bad_rows > static_cast<std::int64_t>(done->problems.size()))
        tell("... and " +
             std::to_string(done->bad_rows - static_cast<std::int64_t>(done->problems.size())) +
             " more rows that cannot be used");
    constexpr std::size_t shown = 10;
    std::string lines;
    for (std::size_t i = 0; i < done->duplicate_lines.size() && i < shown; ++i)
        lines += (i > 0 ? ", " : "") + std::to_string(done->duplicate_lines[i]);
    if (!lines.empty())
        tell(std::to_string(done->duplicate_lines.size()) +
             " rows were there already and were not added again: rows " + lines +
             (done->duplicate_lines.size() > shown ? ", ..." : ""));
    return tell_import(context, wanted.from.queue, *done);
}

struct Export {
    LabelsToExport what;
    std::string queue, file, form = "preference", annotator, ties = "drop", both_bad = "drop";
};

int export_labels(Context& context, Export wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queue = (*reader)->find_label_queue(wanted.queue);
    if (!queue.ok()) return report(queue.error());
    wanted.what.queue = queue->id;
    wanted.what.file = wanted.file;
    wanted.what.form = *parse_label_export_form(wanted.form);
    if (!wanted.annotator.empty()) wanted.what.annotator = wanted.annotator;
    wanted.what.ties = wanted.ties == "both" ? NoWinner::both : NoWinner::drop;
    wanted.what.both_bad = wanted.both_bad == "both" ? NoWinner::both : NoWinner::drop;
    const auto done = plumb::export_labels(**reader, wanted.what);
    if (!done.ok()) return report(done.error());
    if (context.json) {
        context.out.line(JsonLine("labels_exported")
                             .set("file", wanted.file)
                             .set("rows", done->rows)
                             .set("unjudged", done->unjudged)
                             .set("undecided", done->undecided)
                             .set("ties", done->ties)
                             .set("both_bad", done->both_bad)
                             .set("single", done->single)
                             .text());
        return 0;
    }
    context.out.line(wanted.file + ": " + std::to_string(done->rows) + " rows");
    const auto left_out = [](std::int64_t count, const std::string& what) {
        if (count > 0) tell(std::to_string(count) + " items " + what);
    };
    if (wanted.what.form != LabelExportForm::verdicts) {
        left_out(done->unjudged, "without a verdict were left out");
        left_out(done->undecided, "on which annotators are split evenly were left out");
    }
    left_out(done->ties, "are ties and were left out (--ties both keeps them)");
    left_out(done->single, "have one answer, which makes no preference, and were left out");
    left_out(done->both_bad, "have two bad answers and were left out (--both-bad both keeps them)");
    return 0;
}

int show_stats(Context& context, const std::string& name) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queue = (*reader)->find_label_queue(name);
    if (!queue.ok()) return report(queue.error());
    const auto verdicts = (*reader)->standing_verdicts(queue->id);
    if (!verdicts.ok()) return report(verdicts.error());
    const auto rewards = (*reader)->label_rewards(queue->id);
    if (!rewards.ok()) return report(rewards.error());
    const LabelReport stats = report_on(*verdicts, {}, *rewards);
    if (context.json)
        write_stats_json(context, stats);
    else if (verdicts->empty())
        tell("Nobody has judged items of this queue yet.");
    else
        write_stats(context, stats);
    return 0;
}

int judge(Context& context, const std::string& name, const std::string& annotator,
          std::int64_t most) {
    auto store = open_store(context);
    if (!store.ok()) return report(store.error());
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto queue = (*reader)->find_label_queue(name);
    if (!queue.ok()) return report(queue.error());
    const auto count = judge_by_gold(**store, **reader, queue->id, annotator, most);
    if (!count.ok()) return report(count.error());
    if (context.json)
        context.out.line(
            JsonLine("judged").set("annotator", annotator).set("verdicts", *count).text());
    else
        context.out.line(std::to_string(*count) + " verdicts by " + annotator);
    return 0;
}

void add_import(CLI::App& labels, Context& context) {
    auto wanted = std::make_shared<Import>();
    auto* command = labels.add_subcommand(
        "import", "A new queue from a JSONL file of answers, labelled or not, also gzipped");
    command->add_option("file", wanted->file, "JSONL, one object a row")
        ->required()
        ->type_name("FILE");
    command->add_option("--name", wanted->from.queue, "Of the queue (default: the file's name)")
        ->type_name("NAME");
    command
        ->add_option("--column", wanted->columns,
                     "Where something stands; roles: prompt, a, b, chosen, rejected, completion, "
                     "label")
        ->type_name("ROLE=NAME");
    command
        ->add_option("--annotator", wanted->from.annotator,
                     "Whose verdicts the file has (default: file)")
        ->type_name("NAME");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return import_labels(context, *wanted); };
    });
}

void add_export(CLI::App& labels, Context& context) {
    auto wanted = std::make_shared<Export>();
    auto* command = labels.add_subcommand("export", "Write the verdicts of a queue as JSONL");
    command->add_option("queue", wanted->queue, "Name or number")->required()->type_name("QUEUE");
    command->add_option("file", wanted->file, "JSONL to write")->required()->type_name("FILE");
    command
        ->add_option("--form", wanted->form,
                     "preference: prompt, chosen, rejected; completion: prompt, completion, label; "
                     "verdicts: everything, for archives")
        ->check(CLI::IsMember({"preference", "completion", "verdicts"}))
        ->capture_default_str();
    command
        ->add_option("--annotator", wanted->annotator,
                     "Whose verdict counts (default: what most say)")
        ->type_name("NAME");
    for (const auto& [name, target, what] :
         {std::tuple("--ties", &wanted->ties, "Ties"),
          std::tuple("--both-bad", &wanted->both_bad, "Pairs of two bad answers")})
        command
            ->add_option(name, *target,
                         std::string(what) +
                             ": drop, or both: a preference each way, or two rows "
                             "with one label")
            ->check(CLI::IsMember({"drop", "both"}))
            ->capture_default_str();
    command->add_flag("--provenance", wanted->what.provenance,
                      "Where each row came from and who judged it, under the key plumbline");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return export_labels(context, *wanted); };
    });
}

}  // namespace

void add_labels_commands(CLI::App& app, Context& context) {
    auto* labels = app.add_subcommand("labels", "Answers to be judged, and verdicts on them");
    labels->require_subcommand(1);
    add_import(*labels, context);
    add_export(*labels, context);
    add_label_queue_commands(*labels, context);
    add_label_order_commands(*labels, context);

    auto name = std::make_shared<std::string>();
    auto* stats = labels->add_subcommand("stats", "How far annotators agree, with intervals");
    stats->add_option("queue", *name, "Name or number")->required()->type_name("QUEUE");
    add_shared_options(*stats, context);
    stats->callback([&context, name] {
        context.action = [&context, name] { return show_stats(context, *name); };
    });

    struct Judge {
        std::string queue, annotator = "gold";
        std::int64_t most = 0;
    };
    auto wanted = std::make_shared<Judge>();
    auto* gold = labels->add_subcommand(
        "judge", "Judge a queue of samples by the gold reward of their built-in task");
    gold->add_option("queue", wanted->queue, "Name or number")->required()->type_name("QUEUE");
    gold->add_option("--annotator", wanted->annotator, "In whose name")
        ->type_name("NAME")
        ->capture_default_str();
    gold->add_option("--most", wanted->most, "Verdicts (default: all)")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    add_shared_options(*gold, context);
    gold->callback([&context, wanted] {
        context.action = [&context, wanted] {
            return judge(context, wanted->queue, wanted->annotator, wanted->most);
        };
    });
}

}  // namespace plumb::cli
