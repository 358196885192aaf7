// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-cli: everything that the window does, in the terminal.
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/files.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "cli_experiments.h"
#include "cli_signals.h"
#include "config/experiments.h"
#include "config/fields.h"
#include "config/presets.h"
#include "config/yaml.h"

namespace plumb::cli {

std::filesystem::path Context::workspace_folder() const {
    return workspace.empty() ? default_workspace() : std::filesystem::path(workspace);
}

Result<std::unique_ptr<StoreReader>> Context::open_reader() const {
    return StoreReader::open(workspace_folder());
}

std::string Context::workspace_argument() const {
    return workspace.empty() ? "" : " --workspace " + shell_word(workspace);
}

void add_shared_options(CLI::App& command, Context& context) {
    command
        .add_option("--workspace", context.workspace,
                    "Folder of the workspace (default: $PLUMBLINE_WORKSPACE, else the user's "
                    "data folder)")
        ->type_name("DIR");
    command.add_flag("--json", context.json, "One JSON object a line on standard output");
}

Status apply_assignments(const std::vector<std::string>& assignments, Settings& settings) {
    for (const std::string& assignment : assignments) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0)
            return invalid_input("--set " + assignment + ": expected KEY=VALUE");
        PLUMB_TRY_STATUS(
            set_field(assignment.substr(0, equals), settings, assignment.substr(equals + 1)));
    }
    return {};
}

Result<Settings> target_settings(const std::string& target,
                                 const std::vector<std::string>& assignments) {
    const auto read = [&]() -> Result<Settings> {
        for (const Preset& preset : presets())
            if (preset.name == target) return preset_settings(target);
        if (find_experiment(target))
            return invalid_input(target +
                                 " is an experiment of several runs; run starts it, and run " +
                                 target + " --queue-only puts its runs into the queue");
        const std::filesystem::path path = target;
        std::error_code ignored;
        const bool looks_like_file = path.extension() == ".yaml" || path.extension() == ".yml" ||
                                     path.has_parent_path() ||
                                     std::filesystem::exists(path, ignored);
        return looks_like_file ? read_settings(path) : preset_settings(target);
    };
    PLUMB_TRY(Settings settings, read());
    PLUMB_TRY_STATUS(apply_assignments(assignments, settings));
    return settings;
}

void add_target_options(CLI::App& command, std::string& target,
                        std::vector<std::string>& assignments) {
    command.add_option("target", target, "Name of a preset, or a YAML file of settings")
        ->required()
        ->type_name("PRESET|FILE.yaml");
    command.add_option("--set", assignments, "Change one setting; may be given many times")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@+";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

namespace {

/// What CLI11 says of an unexpected word, with the name that was probably meant.
std::string explain(const CLI::App& app, int argc, char** argv, const CLI::ParseError& problem) {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        commands.push_back(command->get_name());
    const std::string first = argc > 1 ? argv[1] : "";
    const bool known = std::find(commands.begin(), commands.end(), first) != commands.end();
    if (!first.empty() && first.front() != '-' && !known) {
        const auto nearest = nearest_name(first, commands);
        return "unknown command " + shell_word(first) +
               (nearest ? "; did you mean " + *nearest + "?"
                        : "; the commands are " + join(commands, ", "));
    }
    return problem.what();
}

int run_program(int argc, char** argv) {
    watch_signals();
    Context context;
    CLI::App app("Trains and examines language models with SFT and GRPO.", "plumbline-cli");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("plumbline-cli ") + PLUMBLINE_VERSION);
    app.footer(
        "Exit code: 0 done, 1 the run failed, 2 wrong use, 128 + N ended by signal N.\n"
        "plumbline-cli COMMAND --help explains a command.");
    add_run_commands(app, context);
    add_queue_commands(app, context);
    add_labels_commands(app, context);
    add_runs_commands(app, context);
    add_list_commands(app, context);
    add_completions_command(app, context);
    add_model_commands(app, context);
    add_export_command(app, context);
    add_model_info_command(app, context);
    add_forecast_command(app, context);
    add_reward_command(app, context);
    add_chart_command(app, context);
    add_compare_command(app, context);
    add_claims_command(app, context);
    add_sweep_command(app, context);
    add_judge_command(app, context);
    add_diagnose_command(app, context);
    add_parity_command(app, context);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
        return app.exit(success);
    } catch (const CLI::ParseError& problem) {
        const auto chosen = app.get_subcommands();
        const std::string help = chosen.empty() ? "" : " " + chosen.front()->get_name();
        tell("plumbline-cli: " + explain(app, argc, argv, problem) + "\nplumbline-cli" + help +
             " --help shows what is expected.");
        return 2;
    }
    const int code = context.action();
    context.out.flush();
    if (const std::string failure = context.out.failure(); !failure.empty()) {
        tell("plumbline-cli: " + failure);
        return code == 0 ? 1 : code;
    }
    return code;
}

}  // namespace
}  // namespace plumb::cli

int main(int argc, char** argv) {
    try {
        return plumb::cli::run_program(argc, argv);
    } catch (const std::exception& problem) {
        plumb::cli::tell(std::string("plumbline-cli: internal error: ") + problem.what());
        return 1;
    }
}
