// SPDX-License-Identifier: GPL-3.0-or-later
// labels train, labels refresh, labels trace: what runs learn from verdicts.
#include "cli_label_training.h"

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "cli_follow.h"
#include "session/label_trace.h"
#include "session/label_training.h"

namespace plumb::cli {
namespace {

/// Which verdicts of a queue count.
struct Selection {
    std::string queue, annotator, ties = "drop", both_bad = "drop";
    double held_out = 0.1;
};

Result<LabelsToLearn> labels_of(const Context& context, const Selection& selection) {
    PLUMB_TRY(auto reader, context.open_reader());
    PLUMB_TRY(const LabelQueue queue, reader->find_label_queue(selection.queue));
    LabelsToLearn labels;
    labels.queue = queue.id;
    if (!selection.annotator.empty()) labels.annotator = selection.annotator;
    labels.ties = selection.ties == "both" ? NoWinner::both : NoWinner::drop;
    labels.both_bad = selection.both_bad == "both" ? NoWinner::both : NoWinner::drop;
    labels.held_out = selection.held_out;
    return labels;
}

/// Tells what is learnt from, and leaves the run to be followed.
Result<RunId> run_of(const Result<LabelTraining>& training) {
    if (!training.ok()) return training.error();
    const LabelSnapshot& snapshot = training->snapshot;
    std::string text = std::to_string(snapshot.report.rows) + " pairs in " + snapshot.file.string();
    if (!snapshot.held_out.empty())
        text += ", " + std::to_string(snapshot.report.held_out) + " held out in " +
                snapshot.held_out.string();
    tell(text);
    return training->run;
}

struct Training {
    Selection labels;
    RunToLearn run;
    std::vector<std::string> assignments;
};

int train(Context& context, Training wanted) {
    const auto labels = labels_of(context, wanted.labels);
    if (!labels.ok()) return report(labels.error());
    wanted.run.labels = *labels;
    wanted.run.adjust = [&](Settings& settings) {
        return apply_assignments(wanted.assignments, settings);
    };
    return open_and_follow(context, -1, [&](Session& session) {
        return run_of(train_on_labels(session, wanted.run));
    });
}

struct Refresh {
    Selection labels;
    std::string run;
    std::vector<std::string> assignments;
    std::int64_t stop_at = -1;
};

/// KEY=VALUE as edits that are made before the refresh itself.
Result<std::vector<PlannedEdit>> edits_of(const std::vector<std::string>& assignments) {
    std::vector<PlannedEdit> edits;
    for (const std::string& assignment : assignments) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos)
            return invalid_input("--set " + assignment + ": write KEY=VALUE");
        edits.push_back({0, assignment.substr(0, equals), assignment.substr(equals + 1),
                         "for the refresh of the reward model"});
    }
    return edits;
}

int refresh(Context& context, const Refresh& wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(wanted.run);
    if (!run.ok()) return report(run.error());
    const auto edits = edits_of(wanted.assignments);
    if (!edits.ok()) return report(edits.error());
    const auto labels = labels_of(context, wanted.labels);
    if (!labels.ok()) return report(labels.error());
    return open_and_follow(context, wanted.stop_at, [&](Session& session) {
        return run_of(refresh_from_labels(session, run->id, *labels, *edits));
    });
}

std::string verdicts_text(const TracedRow& row) {
    std::string text = row.item ? "item " + std::to_string(*row.item) : std::string();
    for (const TracedVerdict& verdict : row.verdicts)
        text += ", verdict " + std::to_string(verdict.id) + ": " + verdict.choice + " by " +
                one_line(verdict.annotator) + " " + format_time(verdict.time_ms);
    return text;
}

JsonLine traced_json(const TracedRow& row) {
    JsonLine line("traced_row");
    line.set("file", row.file).set("line", row.line);
    line.set("prompt", row.prompt).set("chosen", row.chosen).set("rejected", row.rejected);
    if (row.item) line.set("item", *row.item);
    std::string verdicts;
    for (const TracedVerdict& verdict : row.verdicts)
        verdicts += (verdicts.empty() ? "" : ",") + std::to_string(verdict.id);
    line.set_encoded("verdicts", "[" + verdicts + "]");
    return line;
}

int trace(Context& context, const std::string& wanted, std::int64_t step) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(wanted);
    if (!run.ok()) return report(run.error());
    const auto rows = trace_batch(**reader, context.workspace_folder(), run->id, step);
    if (!rows.ok()) return report(rows.error());
    std::vector<std::vector<std::string>> table;
    for (const TracedRow& row : *rows) {
        if (context.json)
            context.out.line(traced_json(row).text());
        else
            table.push_back({row.file + ":" + std::to_string(row.line), verdicts_text(row),
                             one_line(row.chosen)});
    }
    if (!context.json) context.out.write(format_table({{"row"}, {"rests on"}, {"chosen"}}, table));
    return 0;
}

void add_selection_options(CLI::App& command, Selection& selection) {
    command
        .add_option("--annotator", selection.annotator,
                    "Whose verdict counts (default: what most say)")
        ->type_name("NAME");
    command.add_option("--ties", selection.ties, "Ties: drop, or both: a preference each way")
        ->check(CLI::IsMember({"drop", "both"}))
        ->capture_default_str();
    command
        .add_option("--both-bad", selection.both_bad,
                    "Pairs of two bad answers: drop, or both: a preference each way")
        ->check(CLI::IsMember({"drop", "both"}))
        ->capture_default_str();
}

void add_train(CLI::App& labels, Context& context) {
    auto wanted = std::make_shared<Training>();
    auto* command = labels.add_subcommand(
        "train", "Train a reward model, or DPO, on the verdicts of a queue, and follow the run");
    command->add_option("queue", wanted->labels.queue, "Name or number")
        ->required()
        ->type_name("QUEUE");
    command->add_option("--algorithm", wanted->run.algorithm, "reward or dpo")
        ->check(CLI::IsMember({"reward", "dpo"}))
        ->capture_default_str();
    command
        ->add_option("--model", wanted->run.model,
                     "What it starts from (default: the run whose samples were judged)")
        ->type_name("RUN[@STEP]|FOLDER");
    add_selection_options(*command, wanted->labels);
    command
        ->add_option("--held-out", wanted->labels.held_out,
                     "Share of the prompts, one at least, that is evaluated on")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command->add_option("--set", wanted->assignments, "Change one setting; may be given many times")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--name", wanted->run.name, "Name of the run")->type_name("NAME");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return train(context, *wanted); };
    });
}

void add_refresh(CLI::App& labels, Context& context) {
    auto wanted = std::make_shared<Refresh>();
    wanted->labels.held_out = 0;
    auto* command = labels.add_subcommand(
        "refresh",
        "Let the reward model of a run that was stopped learn from the verdicts of a "
        "queue, and go on with the run");
    command->add_option("run", wanted->run, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    command->add_option("queue", wanted->labels.queue, "Name or number")
        ->required()
        ->type_name("QUEUE");
    add_selection_options(*command, wanted->labels);
    command
        ->add_option("--set", wanted->assignments,
                     "Change a setting of the run with it, such as reward_refresh_epochs; may be "
                     "given many times")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--stop-at", wanted->stop_at, "Stop again after this step")
        ->check(CLI::NonNegativeNumber)
        ->type_name("STEP");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return refresh(context, *wanted); };
    });
}

void add_trace(CLI::App& labels, Context& context) {
    struct Wanted {
        std::string run;
        std::int64_t step = 1;
    };
    auto wanted = std::make_shared<Wanted>();
    auto* command = labels.add_subcommand(
        "trace",
        "The rows that a step of a DPO or reward run was made of, and the verdicts behind "
        "them");
    command->add_option("run", wanted->run, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    command->add_option("--step", wanted->step, "Which step")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->capture_default_str();
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return trace(context, wanted->run, wanted->step); };
    });
}

}  // namespace

void add_label_training_commands(CLI::App& labels, Context& context) {
    add_train(labels, context);
    add_refresh(labels, context);
    add_trace(labels, context);
}

}  // namespace plumb::cli
