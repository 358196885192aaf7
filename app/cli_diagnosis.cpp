// SPDX-License-Identifier: GPL-3.0-or-later
// diagnose: what is wrong with a run, and what can be done about it.
#include "cli_diagnosis.h"

#include <memory>

#include <nlohmann/json.hpp>

#include "analysis/diagnosis_watch.h"
#include "cli_commands.h"

namespace plumb::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string heading(const Diagnosis& diagnosis) {
    std::string severity(severity_name(diagnosis.severity));
    severity[0] = static_cast<char>(severity[0] - 'a' + 'A');
    const std::string first = std::to_string(diagnosis.first_step);
    return severity + ": " + diagnosis.title + ", " +
           (diagnosis.standing ? "since step " + first
                               : "from step " + first + " to " +
                                     std::to_string(diagnosis.last_step) + ", gone since");
}

/// As run takes it, so that the line can be copied.
std::string set_options(const Suggestion& suggestion) {
    std::string text;
    for (const SettingChange& change : suggestion.changes)
        text += (text.empty() ? "" : " ") + std::string("--set ") +
                shell_word(change.key + "=" + change.new_value);
    return text;
}

int diagnose_run(Context& context, const std::string& wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto run = (*reader)->find_run(wanted);
    if (!run.ok()) return report(run.error());
    const auto input = read_diagnosis_input(**reader, *run);
    if (!input.ok()) return report(input.error());
    const std::vector<Diagnosis> found = diagnose(*input);
    if (context.json) {
        for (const Diagnosis& diagnosis : found)
            context.out.line(diagnosis_json(diagnosis).set("run", run->id).text());
        return 0;
    }
    context.out.line("Run " + std::to_string(run->id) + " " + run->name + ", " + run->algorithm +
                     ", " + to_string(run->state) + ", step " + std::to_string(run->step) +
                     (found.empty() ? ": nothing to report" : ""));
    for (const Diagnosis& diagnosis : found)
        for (const std::string& line : diagnosis_lines(diagnosis)) context.out.line(line);
    return 0;
}

}  // namespace

std::vector<std::string> diagnosis_lines(const Diagnosis& diagnosis, bool with_remedy) {
    std::vector<std::string> lines = {heading(diagnosis), "  " + diagnosis.sentence};
    if (!with_remedy) return lines;
    lines.push_back("  " + diagnosis.advice);
    for (const Suggestion& suggestion : diagnosis.suggestions)
        lines.push_back("  " + suggestion.label + ": " + set_options(suggestion));
    return lines;
}

JsonLine diagnosis_json(const Diagnosis& diagnosis) {
    Json suggestions = Json::array();
    for (const Suggestion& suggestion : diagnosis.suggestions) {
        Json changes = Json::array();
        for (const SettingChange& change : suggestion.changes)
            changes.push_back(
                {{"key", change.key}, {"old", change.old_value}, {"new", change.new_value}});
        suggestions.push_back(
            {{"label", suggestion.label}, {"live", suggestion.live}, {"changes", changes}});
    }
    JsonLine line("diagnosis");
    line.step(diagnosis.last_step)
        .set("id", diagnosis.id)
        .set("title", diagnosis.title)
        .set("severity", severity_name(diagnosis.severity))
        .set("sentence", diagnosis.sentence)
        .set("advice", diagnosis.advice)
        .set("first_step", diagnosis.first_step)
        .set("standing", diagnosis.standing)
        .set_encoded("evidence", Json(diagnosis.evidence.metrics).dump())
        .set_encoded("suggestions", suggestions.dump());
    return line;
}

void add_diagnose_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("diagnose", "Tell what is wrong with a run, with evidence");
    auto wanted = std::make_shared<std::string>();
    command->add_option("run", *wanted, "Number or name of the run")->required()->type_name("RUN");
    add_shared_options(*command, context);
    command->callback([&context, wanted] {
        context.action = [&context, wanted] { return diagnose_run(context, *wanted); };
    });
}

}  // namespace plumb::cli
