// SPDX-License-Identifier: GPL-3.0-or-later
// parity: this build against a folder of reference data.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "session/parity.h"

namespace plumb::cli {
namespace {

struct ParityOptions {
    std::string folder;
    std::string only;
};

std::string parity_json(const ParityLine& line, double seconds) {
    JsonLine json("parity");
    json.time(seconds).metrics({{"largest_error", line.largest_error}});
    return json.set("name", line.name).set("passed", line.passed).set("detail", line.detail).text();
}

std::string parity_text(const ParityLine& line) {
    std::string text = (line.passed ? "pass  " : "FAIL  ") + line.name + "  ";
    // A case that could not be compared at all has no size of error.
    if (!std::isfinite(line.largest_error)) return text + line.detail;
    text += format_significant(line.largest_error, 2) + " of the tolerance";
    return line.detail.empty() ? text : text + "  (" + line.detail + ")";
}

int check_parity(Context& context, const ParityOptions& options) {
    std::vector<std::string> parts;
    if (!options.only.empty())
        for (const std::string& part : split(options.only, ','))
            if (!trim(part).empty()) parts.emplace_back(trim(part));

    const Stopwatch clock;
    std::int64_t passed = 0, failed = 0;
    const auto lines = run_parity(options.folder, parts, [&](const ParityLine& line) {
        (line.passed ? passed : failed) += 1;
        context.out.line(context.json ? parity_json(line, clock.seconds()) : parity_text(line));
    });
    if (!lines.ok()) return report(lines.error());
    if (context.json)
        context.out.line(JsonLine("ended")
                             .time(clock.seconds())
                             .set("passed", passed)
                             .set("failed", failed)
                             .text());
    else
        context.out.line(std::to_string(passed) + " passed, " + std::to_string(failed) + " failed");
    return failed == 0 ? 0 : 1;
}

}  // namespace

void add_parity_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand(
        "parity", "Check this build against a folder of reference data (models, losses, runs)");
    auto options = std::make_shared<ParityOptions>();
    command->add_option("folder", options->folder, "Folder with losses/, models/, train/, ...")
        ->required()
        ->type_name("DIR");
    command
        ->add_option("--only", options->only,
                     "Folders or file stems below DIR, separated by commas: train/sft,losses/grpo")
        ->type_name("PART");
    command->add_flag("--json", context.json, "One JSON object a line on standard output");
    command->callback([&context, options] {
        context.action = [&context, options] { return check_parity(context, *options); };
    });
}

}  // namespace plumb::cli
