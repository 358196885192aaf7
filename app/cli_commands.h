// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/result.h"
#include "cli_output.h"
#include "config/settings.h"
#include "store/store.h"

namespace plumb::cli {

/// What the subcommands share. The one that was chosen leaves itself in action.
struct Context {
    Output out;
    std::string workspace;  ///< --workspace; empty: the default
    bool json = false;
    std::function<int()> action;  ///< returns the exit code

    std::filesystem::path workspace_folder() const;
    /// Reads beside a program that may be running there.
    Result<std::unique_ptr<StoreReader>> open_reader() const;
    /// " --workspace DIR" for a command that we suggest, empty where the default was used.
    std::string workspace_argument() const;
};

/// Adds --workspace and --json.
void add_shared_options(CLI::App& command, Context& context);

/// Applies KEY=VALUE pairs to the settings.
Status apply_assignments(const std::vector<std::string>& assignments, Settings& settings);

/// The settings of a YAML file or a preset (a preset's exact name wins, then a file) with KEY=VALUE
/// pairs applied.
Result<Settings> target_settings(const std::string& target,
                                 const std::vector<std::string>& assignments);
/// Adds the options that name them: PRESET|FILE.yaml and --set.
void add_target_options(CLI::App& command, std::string& target,
                        std::vector<std::string>& assignments);

/// The word as a shell takes it: in quotes where it needs them.
std::string shell_word(const std::string& word);

void add_run_commands(CLI::App& app, Context& context);         ///< run, resume
void add_queue_commands(CLI::App& app, Context& context);       ///< queue
void add_runs_commands(CLI::App& app, Context& context);        ///< runs
void add_list_commands(CLI::App& app, Context& context);        ///< presets, settings, metrics
void add_completions_command(CLI::App& app, Context& context);  ///< completions
void add_labels_commands(CLI::App& app, Context& context);      ///< labels
void add_model_commands(CLI::App& app, Context& context);       ///< eval, generate
void add_export_command(CLI::App& app, Context& context);       ///< export
void add_model_info_command(CLI::App& app, Context& context);   ///< model
void add_forecast_command(CLI::App& app, Context& context);     ///< forecast
void add_reward_command(CLI::App& app, Context& context);       ///< reward
void add_chart_command(CLI::App& app, Context& context);        ///< chart
void add_compare_command(CLI::App& app, Context& context);      ///< compare
void add_claims_command(CLI::App& app, Context& context);       ///< claims
void add_judge_command(CLI::App& app, Context& context);        ///< judge
void add_diagnose_command(CLI::App& app, Context& context);     ///< diagnose
void add_parity_command(CLI::App& app, Context& context);       ///< parity

}  // namespace plumb::cli
