// SPDX-License-Identifier: GPL-3.0-or-later
// reward: what reward functions say of a typed text, before a run does.
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "cli_commands.h"
#include "cli_signals.h"
#include "config/fields.h"
#include "config/roles.h"
#include "config/yaml.h"
#include "session/reward_trial.h"

namespace plumb::cli {
namespace {

struct RewardOptions {
    std::vector<std::string> functions;
    std::string prompt, completion, answer, config;
    std::vector<std::string> assignments;
};

Result<Settings> settings_of(const RewardOptions& options) {
    Settings settings;
    // Without a run file there is no task whose tokens the text could consist of.
    settings.task = "data";
    if (!options.config.empty()) {
        PLUMB_TRY(settings, read_settings(options.config));
    }
    PLUMB_TRY_STATUS(apply_assignments(options.assignments, settings));
    PLUMB_TRY_STATUS(set_field_items(*find_field("reward_funcs"), settings, options.functions));
    resolve_own_rewards(settings, std::filesystem::current_path());
    return settings;
}

/// Ctrl-C ends a program that does not answer.
Result<std::vector<RewardTrial>> ask(const Context& context, const Settings& settings,
                                     const RewardOptions& options) {
    std::stop_source stop;
    auto trials = std::async(std::launch::async, [&] {
        return try_rewards(settings, {options.prompt, options.completion, options.answer},
                           {.workspace = context.workspace_folder()}, stop.get_token());
    });
    while (trials.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
        if (stop_requests() > 0) stop.request_stop();
    return trials.get();
}

int try_out(Context& context, const RewardOptions& options) {
    const auto settings = settings_of(options);
    if (!settings) return report(settings.error());
    const auto trials = ask(context, *settings, options);
    if (!trials && trials.error().code == ErrorCode::cancelled) return signal_exit_code();
    if (!trials) return report(trials.error());
    std::vector<std::vector<std::string>> rows;
    for (const RewardTrial& trial : *trials) {
        if (context.json) {
            JsonLine line("reward");
            line.time(trial.seconds).set("name", trial.name);
            if (trial.value) line.metrics({{"reward", *trial.value}});
            context.out.line(line.text());
            continue;
        }
        rows.push_back({trial.name, trial.value ? format_significant(*trial.value) : "no opinion",
                        format_fixed(trial.seconds * 1000, 3) + " ms"});
    }
    if (!context.json)
        context.out.write(format_table({{"reward"}, {"value", true}, {"time", true}}, rows));
    return 0;
}

}  // namespace

void add_reward_command(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("reward", "Try reward functions on a typed text");
    auto options = std::make_shared<RewardOptions>();
    command
        ->add_option("functions", options->functions,
                     "Names of reward functions, or files of your own: programs and plug-ins")
        ->required()
        ->type_name("FUNC");
    command->add_option("--prompt", options->prompt, "The prompt")->required()->type_name("TEXT");
    command->add_option("--completion", options->completion, "What a model might have written")
        ->required()
        ->type_name("TEXT");
    command->add_option("--answer", options->answer, "The reference answer")->type_name("TEXT");
    command->add_option("--config", options->config, "A run file with settings of the functions")
        ->type_name("FILE.yaml");
    command
        ->add_option("--set", options->assignments,
                     "Change one setting (reward_pattern, reward_model); may be given many times")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    add_shared_options(*command, context);
    command->callback([&context, options] {
        context.action = [&context, options] { return try_out(context, *options); };
    });
}

}  // namespace plumb::cli
