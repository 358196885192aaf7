// SPDX-License-Identifier: GPL-3.0-or-later
// chart: a run's metrics as an SVG file.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "analysis/metric_info.h"
#include "analysis/metrics_csv.h"
#include "analysis/run_charts.h"
#include "base/files.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "config/yaml.h"

namespace plumb::cli {
namespace {

struct ChartOptions {
    std::string run;
    std::vector<std::string> metrics;
    std::string out;
};

/// Every metric asked for must be one that the run has.
Status check_metrics(const std::vector<std::string>& wanted, const std::vector<std::string>& known,
                     const RunRecord& run) {
    const std::string name = "run " + std::to_string(run.id);
    if (known.empty()) return Error{ErrorCode::not_found, name + " has no metrics yet"};
    for (const std::string& key : wanted) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const auto nearest = nearest_name(key, known);
        return Error{ErrorCode::not_found,
                     name + " has no metric " + key +
                         (nearest ? "; did you mean " + *nearest + "?"
                                  : "; it has " + join(ordered_keys(known), ", "))};
    }
    return {};
}

Result<std::size_t> write_chart(StoreReader& reader, const ChartOptions& options) {
    PLUMB_TRY(const RunRecord run, reader.find_run(options.run));
    PLUMB_TRY(const std::vector<std::string> keys, reader.metric_keys(run.id));
    PLUMB_TRY_STATUS(check_metrics(options.metrics, keys, run));
    PLUMB_TRY(const std::vector<EditRecord> edits, reader.edits(run.id));
    PLUMB_TRY(const std::vector<CheckpointRecord> checkpoints, reader.checkpoints(run.id));
    Status read;
    const auto points_of = [&](const std::string& key) -> std::vector<MetricPoint> {
        auto points = reader.metric(run.id, key);
        if (points.ok()) return std::move(points).value();
        read = points.error();
        return {};
    };
    std::vector<std::vector<ChartMark>> marks = {chart_marks(edits, checkpoints),
                                                 alert_marks(points_of)};
    if (const auto settings = parse_settings(run.settings, run.name, {}); settings.ok())
        marks.push_back(phase_marks(*settings, points_of));
    const std::vector<ChartSpec> charts = run_charts(run, chart_groups(run, options.metrics),
                                                     points_of, merged_marks(std::move(marks)));
    PLUMB_TRY_STATUS(read);
    if (charts.empty())
        return Error{ErrorCode::not_found, "run " + std::to_string(run.id) +
                                               " has none of the metrics that are charted for " +
                                               run.algorithm + "; name some of " +
                                               join(ordered_keys(keys), ", ")};
    PLUMB_TRY_STATUS(write_file_atomic(options.out, run_dashboard(run, charts)));
    return charts.size();
}

int draw_chart(Context& context, const ChartOptions& options) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto charts = write_chart(**reader, options);
    if (!charts.ok()) return report(charts.error());
    if (context.json)
        context.out.line(JsonLine("chart")
                             .set("file", options.out)
                             .set("charts", static_cast<std::int64_t>(*charts))
                             .text());
    else
        context.out.line("Wrote " + options.out + " with " + std::to_string(*charts) +
                         (*charts == 1 ? " chart" : " charts"));
    return 0;
}

}  // namespace

void add_chart_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("chart", "Draw a run's metrics as an SVG file");
    auto options = std::make_shared<ChartOptions>();
    command->add_option("run", options->run, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    command
        ->add_option("metrics", options->metrics,
                     "A chart for each of these (default: the charts of the run's algorithm)")
        ->type_name("METRIC");
    command->add_option("--out", options->out, "The file to write")
        ->required()
        ->type_name("FILE.svg");
    add_shared_options(*command, context);
    command->callback([&context, options] {
        context.action = [&context, options] { return draw_chart(context, *options); };
    });
}

}  // namespace plumb::cli
