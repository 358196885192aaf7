// SPDX-License-Identifier: GPL-3.0-or-later
// forecast: what memory a run would take, before it is started.
#include "cli_forecast.h"

#include <chrono>
#include <future>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli_signals.h"

namespace plumb::cli {
namespace {

constexpr double megabyte = 1e6;

std::string megabytes(double bytes) {
    return format_fixed(bytes / megabyte, bytes < 100 * megabyte ? 1 : 0);
}

struct ForecastOptions {
    std::string target;
    std::vector<std::string> assignments;
};

void print_json(Context& context, const MemoryForecast& forecast) {
    Metrics metrics;
    for (const MemoryPart& part : forecast.parts)
        metrics["memory/" + part.owner] = part.bytes / megabyte;
    metrics["memory/models"] = static_cast<double>(forecast.models);
    metrics["memory/peak"] = forecast.peak / megabyte;
    metrics["memory/run_peak"] = forecast.run_peak / megabyte;
    context.out.line(JsonLine("forecast")
                         .metrics(metrics)
                         .set("run_peak_phase", forecast.run_peak_phase)
                         .set("process", forecast.process / megabyte)
                         .set("parameters", forecast.parameters)
                         .set("assumptions", join(forecast.assumptions, "; "))
                         .text());
}

void print_table(Context& context, const MemoryForecast& forecast) {
    std::vector<std::vector<std::string>> rows;
    for (const MemoryPart& part : forecast.parts) {
        std::string owner = part.owner;
        for (char& c : owner)
            if (c == '_') c = ' ';
        rows.push_back({owner, part.bytes > 0 ? megabytes(part.bytes) : "-"});
    }
    rows.push_back({"peak of a step", megabytes(forecast.peak)});
    rows.push_back({"peak of the run", megabytes(forecast.run_peak)});
    rows.push_back({"whole program, about", megabytes(forecast.process)});
    context.out.write(format_table({{"memory"}, {"MB", true}}, rows));
    context.out.line(std::to_string(forecast.models) + " model" +
                     (forecast.models == 1 ? "" : "s") + " in memory; " +
                     std::to_string(forecast.parameters) + " parameters in the policy");
    context.out.line("The run's peak is in: " + forecast.run_peak_phase);
    context.out.line("Assumed: " + join(forecast.assumptions, "; "));
}

int show(Context& context, const ForecastOptions& options) {
    const auto settings = target_settings(options.target, options.assignments);
    if (!settings) return report(settings.error());
    const auto forecast = ask_forecast(context, *settings);
    if (!forecast && forecast.error().code == ErrorCode::cancelled) return signal_exit_code();
    if (!forecast) return report(forecast.error());
    if (context.json)
        print_json(context, *forecast);
    else
        print_table(context, *forecast);
    return 0;
}

}  // namespace

Result<MemoryForecast> ask_forecast(const Context& context, const Settings& settings) {
    std::stop_source stop;
    auto asked = std::async(std::launch::async, [&] {
        return forecast_memory(settings, context.workspace_folder(), stop.get_token());
    });
    while (asked.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
        if (stop_requests() > 0) stop.request_stop();
    return asked.get();
}

std::string forecast_line(const MemoryForecast& forecast) {
    std::string line = "Memory: a step " + megabytes(forecast.peak) + " MB, ";
    if (forecast.run_peak > forecast.peak)
        line +=
            "at most " + megabytes(forecast.run_peak) + " MB (" + forecast.run_peak_phase + "), ";
    return line + "the program about " + megabytes(forecast.process) + " MB";
}

void add_forecast_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("forecast", "Predict the memory that a run would take");
    auto options = std::make_shared<ForecastOptions>();
    add_target_options(*command, options->target, options->assignments);
    add_shared_options(*command, context);
    command->callback([&context, options] {
        context.action = [&context, options] { return show(context, *options); };
    });
}

}  // namespace plumb::cli
