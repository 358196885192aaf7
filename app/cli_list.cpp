// SPDX-License-Identifier: GPL-3.0-or-later
// presets, settings, metrics: what there is, read beside a program that may be running.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analysis/metrics_csv.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "config/experiments.h"
#include "config/presets.h"
#include "config/yaml.h"
#include "session/run_plan.h"

namespace plumb::cli {
namespace {

int list_presets(Context& context) {
    const auto list = [&](const char* event, const auto& item) {
        if (context.json)
            context.out.line(JsonLine(event)
                                 .set("name", item.name)
                                 .set("title", item.title)
                                 .set("summary", item.summary)
                                 .text());
        else
            context.out.line(item.name + "\n    " + item.title + ". " + item.summary);
    };
    for (const Experiment& experiment : experiments()) list("experiment", experiment);
    for (const Preset& preset : presets()) list("preset", preset);
    return 0;
}

int print_settings(Context& context, const std::string& wanted, bool differences) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(wanted);
    if (!run.ok()) return report(run.error());
    const auto plan = plan_of(**reader, run->id);
    if (!plan.ok()) return report(plan.error());
    const std::string yaml =
        differences ? write_differences(plan->settings) : write_settings(plan->settings);
    if (context.json)
        context.out.line(JsonLine("settings")
                             .set("run", run->id)
                             .set("name", run->name)
                             .set("yaml", yaml)
                             .text());
    else
        context.out.write(yaml);
    return 0;
}

using StepMetrics = std::vector<std::pair<std::int64_t, Metrics>>;

void print_summary(Context& context, const RunRecord& run, const std::vector<std::string>& keys,
                   const StepMetrics& steps) {
    struct Summary {
        double first = 0, last = 0, lowest = 0, highest = 0;
        std::int64_t last_step = 0, count = 0;
    };
    std::map<std::string, Summary> summaries;
    for (const auto& [step, metrics] : steps) {
        for (const auto& [key, value] : metrics) {
            Summary& summary = summaries[key];
            if (summary.count++ == 0) summary = {value, value, value, value, step, 1};
            summary.last = value;
            summary.last_step = step;
            // A NaN takes no part unless there is nothing else.
            if (value < summary.lowest || std::isnan(summary.lowest)) summary.lowest = value;
            if (value > summary.highest || std::isnan(summary.highest)) summary.highest = value;
        }
    }
    context.out.line("Run " + std::to_string(run.id) + " " + one_line(run.name) + ", " +
                     run.algorithm + ", " + to_string(run.state) + ", step " + step_text(run));
    std::vector<std::vector<std::string>> rows;
    for (const std::string& key : keys) {
        const Summary& s = summaries[key];
        rows.push_back({key, format_significant(s.first), format_significant(s.last),
                        format_significant(s.lowest), format_significant(s.highest),
                        std::to_string(s.last_step), std::to_string(s.count)});
    }
    context.out.write(format_table({{"metric"},
                                    {"first", true},
                                    {"last", true},
                                    {"lowest", true},
                                    {"highest", true},
                                    {"last step", true},
                                    {"values", true}},
                                   rows));
}

int list_metrics(Context& context, const std::string& wanted, bool csv) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(wanted);
    if (!run.ok()) return report(run.error());
    const auto steps = (*reader)->metrics(run->id);
    if (!steps.ok()) return report(steps.error());
    auto keys = (*reader)->metric_keys(run->id);
    if (!keys.ok()) return report(keys.error());

    if (context.json) {
        for (const auto& [step, metrics] : *steps)
            context.out.line(
                JsonLine("step").step(step).metrics(metrics).set("run", run->id).text());
    } else if (csv) {
        context.out.write(metrics_csv(ordered_keys(*keys), *steps));
    } else if (steps->empty()) {
        tell("Run " + std::to_string(run->id) + " has no metrics yet.");
    } else {
        print_summary(context, *run, ordered_keys(*keys), *steps);
    }
    return 0;
}

}  // namespace

void add_list_commands(CLI::App& app, Context& context) {
    auto* presets_command = app.add_subcommand("presets", "List the presets and the experiments");
    presets_command->add_flag("--json", context.json, "One JSON object a line on standard output");
    presets_command->callback([&] { context.action = [&] { return list_presets(context); }; });

    auto shown = std::make_shared<std::string>();
    auto short_form = std::make_shared<bool>(false);
    auto* settings_command =
        app.add_subcommand("settings", "Print the settings of a run as a YAML run file");
    settings_command->add_option("run", *shown, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    settings_command->add_flag("--differences", *short_form,
                               "Only what differs from the preset or the defaults");
    add_shared_options(*settings_command, context);
    settings_command->callback([&context, shown, short_form] {
        context.action = [&context, shown, short_form] {
            return print_settings(context, *shown, *short_form);
        };
    });

    struct Options {
        std::string run;
        bool csv = false;
    };
    auto options = std::make_shared<Options>();

    auto* metrics_command = app.add_subcommand("metrics", "Show the metrics of a run");
    metrics_command->add_option("run", options->run, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    auto* csv = metrics_command->add_flag(
        "--csv", options->csv, "Every step as comma-separated values, one column a metric");
    add_shared_options(*metrics_command, context);
    csv->excludes("--json");
    metrics_command->callback([&context, options] {
        context.action = [&context, options] {
            return list_metrics(context, options->run, options->csv);
        };
    });
}

}  // namespace plumb::cli
