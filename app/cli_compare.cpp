// SPDX-License-Identifier: GPL-3.0-or-later
// compare: runs beside each other, as tables, a report and CSV files.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analysis/compare/comparison_report.h"
#include "analysis/compare/stored_comparison.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "cli_tables.h"

namespace plumb::cli {
namespace {

struct Wanted {
    std::vector<std::string> runs;
    std::string of, report, tables, title;
    std::string axis = "step";
    std::vector<std::string> metrics;
    bool list = false;
};

Result<std::vector<RunId>> wanted_runs(StoreReader& reader, const Wanted& wanted) {
    if (!wanted.of.empty()) {
        if (!wanted.runs.empty())
            return invalid_input("name runs, or a comparison with --of, not both");
        return runs_of_comparison(reader, wanted.of);
    }
    if (wanted.runs.empty())
        return invalid_input(
            "name runs to compare, or a comparison with --of NAME; compare --list lists them");
    std::vector<RunId> runs;
    for (const std::string& name : wanted.runs) {
        PLUMB_TRY(const RunRecord run, reader.find_run(name));
        if (std::ranges::find(runs, run.id) == runs.end()) runs.push_back(run.id);
    }
    return runs;
}

int list_comparisons(Context& context) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto found = stored_comparisons(**reader);
    if (!found.ok()) return report(found.error());
    std::vector<std::vector<std::string>> rows;
    for (const StoredComparison& comparison : *found) {
        if (context.json)
            context.out.line(JsonLine("comparison")
                                 .set("name", comparison.name)
                                 .set("runs", static_cast<std::int64_t>(comparison.runs.size()))
                                 .text());
        else
            rows.push_back({one_line(comparison.name), std::to_string(comparison.runs.size())});
    }
    if (!rows.empty())
        context.out.write(format_table({{"comparison"}, {"runs", true}}, rows));
    else if (!context.json)
        tell(
            "There are no comparisons yet; run compare-three-reviews starts one, and so does "
            "sweep. Any runs can be compared by name.");
    return 0;
}

Status write_files(Context& context, const ComparisonReport& printed, const Wanted& wanted) {
    const auto told = [&](const std::string& file, const char* what) {
        if (context.json)
            context.out.line(JsonLine("written").set("file", file).text());
        else
            context.out.line("Wrote " + file + what);
    };
    if (!wanted.report.empty()) {
        PLUMB_TRY_STATUS(save_report(printed, wanted.report));
        told(wanted.report, "");
    }
    if (!wanted.tables.empty()) {
        PLUMB_TRY_STATUS(save_tables(printed, wanted.tables));
        told(wanted.tables, ", a CSV file for each table");
    }
    return {};
}

int compare(Context& context, const Wanted& wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto runs = wanted_runs(**reader, wanted);
    if (!runs.ok()) return report(runs.error());
    const auto comparison = read_comparison(**reader, *runs);
    if (!comparison.ok()) return report(comparison.error());
    ReportOptions options;
    options.title = wanted.title;
    options.metrics = wanted.metrics;
    const auto axis = parse_x_axis(wanted.axis);
    if (!axis)
        return report(invalid_input("--x cannot be " + wanted.axis +
                                    "; give step, seconds, tokens, flops or kl"));
    options.axis = *axis;
    for (const std::string& key : wanted.metrics) {
        const bool known = std::ranges::any_of(
            comparison->runs, [&](const ComparedRun& run) { return run.points(key); });
        if (!known) return report(invalid_input("no run has the metric " + key));
    }
    const ComparisonReport printed = make_report(*comparison, options);
    if (context.json) {
        for (const ComparisonProblem& problem : comparison->problems)
            context.out.line(
                JsonLine("caution").set("id", problem.id).set("text", problem.text).text());
        for (const ReportTable& table : printed.tables) context.out.line(table_json(table));
    } else {
        context.out.line(printed.title + ": " + printed.summary);
        for (const std::string& caution : printed.cautions) context.out.line("- " + caution);
        for (const ReportTable& table : printed.tables) context.out.write("\n" + table_text(table));
        if (!wanted.report.empty() || !wanted.tables.empty()) context.out.line("");
    }
    const Status written = write_files(context, printed, wanted);
    return written ? 0 : report(written.error());
}

}  // namespace

void add_compare_command(CLI::App& app, Context& context) {
    auto wanted = std::make_shared<Wanted>();
    auto* command = app.add_subcommand(
        "compare", "Runs beside each other: cost, stability, data, settings, with intervals");
    command->add_option("run", wanted->runs, "Numbers or names of runs")->type_name("RUN");
    command->add_option("--of", wanted->of, "All runs of this comparison")->type_name("NAME");
    command->add_flag("--list", wanted->list, "The comparisons of the workspace");
    command->add_option("--report", wanted->report, "Write a report, one HTML file with charts")
        ->type_name("FILE.html");
    command->add_option("--csv", wanted->tables, "Write every table into this folder")
        ->type_name("DIR");
    command->add_option("--title", wanted->title, "Of the report")->type_name("TEXT");
    command
        ->add_option("--x", wanted->axis, "What curves are over: step, seconds, tokens, flops, kl")
        ->capture_default_str()
        ->type_name("AXIS");
    command
        ->add_option("--metric", wanted->metrics,
                     "A chart of each of these in the report (default: those that tell most)")
        ->type_name("KEY");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] {
            return wanted->list ? list_comparisons(context) : compare(context, *wanted);
        };
    });
}

}  // namespace plumb::cli
