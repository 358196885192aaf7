// SPDX-License-Identifier: GPL-3.0-or-later
// export: the report of a comparison as PDF, PNG or HTML, without a window.
#include "main_export.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <CLI/CLI.hpp>
#include <QString>

#include "analysis/compare/comparison_report.h"
#include "analysis/compare/stored_comparison.h"
#include "base/files.h"
#include "report/report_painter.h"
#include "store/store.h"

namespace plumb::app {
namespace {

Result<std::vector<RunId>> wantedRuns(StoreReader& reader, const ExportOptions& options) {
    if (!options.of.empty()) {
        if (!options.runs.empty())
            return invalid_input("name runs, or a comparison with --of, not both");
        return runs_of_comparison(reader, options.of);
    }
    if (options.runs.empty())
        return invalid_input("name runs to compare, or a comparison with --of NAME");
    std::vector<RunId> runs;
    for (const std::string& name : options.runs) {
        PLUMB_TRY(const RunRecord run, reader.find_run(name));
        if (std::ranges::find(runs, run.id) == runs.end()) runs.push_back(run.id);
    }
    return runs;
}

Result<ReportOptions> reportOptions(const ExportOptions& options, const Comparison& comparison) {
    const auto axis = parse_x_axis(options.axis);
    if (!axis)
        return invalid_input("--x cannot be " + options.axis +
                             "; give step, seconds, tokens, flops or kl");
    for (const std::string& key : options.metrics)
        if (std::ranges::none_of(comparison.runs,
                                 [&](const ComparedRun& run) { return run.points(key); }))
            return invalid_input("no run has the metric " + key);
    ReportOptions report;
    report.title = options.title;
    report.axis = *axis;
    report.metrics = options.metrics;
    return report;
}

Status write(const ExportOptions& options) {
    // A file that cannot be is found out before anything is computed.
    const std::pair<const char*, const std::string*> files[] = {
        {"pdf", &options.pdf}, {"png", &options.png}, {"html", &options.html}};
    bool any = false;
    for (const auto& [ending, file] : files) {
        if (file->empty()) continue;
        any = true;
        if (!QString::fromStdString(*file).endsWith(QString(".") + ending, Qt::CaseInsensitive))
            return invalid_input("--" + std::string(ending) + " " + *file +
                                 ": name a file that ends in ." + ending);
    }
    if (!any) return invalid_input("nothing to write; give --pdf FILE, --png FILE or --html FILE");
    PLUMB_TRY(const auto reader, StoreReader::open(options.workspace.empty()
                                                       ? default_workspace()
                                                       : std::filesystem::path(options.workspace)));
    PLUMB_TRY(const std::vector<RunId> runs, wantedRuns(*reader, options));
    PLUMB_TRY(const Comparison comparison, read_comparison(*reader, runs));
    PLUMB_TRY(const ReportOptions how, reportOptions(options, comparison));
    const ComparisonReport report = make_report(comparison, how);
    for (const auto& [ending, file] : files) {
        if (file->empty()) continue;
        PLUMB_TRY_STATUS(ui::saveReport(report, QString::fromStdString(*file)));
        std::printf("Wrote %s\n", file->c_str());
    }
    return {};
}

}  // namespace

CLI::App* addExportCommand(CLI::App& arguments, ExportOptions& options) {
    auto* command = arguments.add_subcommand(
        "export", "Write the report of a comparison as PDF, PNG or HTML, without a window");
    command->add_option("run", options.runs, "Numbers or names of runs")->type_name("RUN");
    command->add_option("--of", options.of, "All runs of this comparison")->type_name("NAME");
    command
        ->add_option("--workspace", options.workspace,
                     "Folder of the workspace (default: $PLUMBLINE_WORKSPACE, else the user's "
                     "data folder)")
        ->type_name("DIR");
    command->add_option("--pdf", options.pdf, "A4 pages with vector graphics")
        ->type_name("FILE.pdf");
    command->add_option("--png", options.png, "One tall picture")->type_name("FILE.png");
    command->add_option("--html", options.html, "One file with charts, as compare --report writes")
        ->type_name("FILE.html");
    command->add_option("--title", options.title, "Of the report")->type_name("TEXT");
    command
        ->add_option("--x", options.axis, "What curves are over: step, seconds, tokens, flops, kl")
        ->capture_default_str()
        ->type_name("AXIS");
    command
        ->add_option("--metric", options.metrics,
                     "A chart of each of these (default: those that tell most)")
        ->type_name("KEY");
    return command;
}

int runExport(const ExportOptions& options) {
    const Status written = write(options);
    if (written) return 0;
    const Error& error = written.error();
    std::fprintf(stderr, "plumbline: %s\n", error.message.c_str());
    return error.code == ErrorCode::invalid_input || error.code == ErrorCode::not_found ? 2 : 1;
}

}  // namespace plumb::app
