// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// Reads a run file: a YAML mapping of setting keys to values; `preset: NAME` starts from that
/// preset instead of the defaults. Errors name the file, the line, the key and the nearest name;
/// all wrong lines are told at once. Relative paths are taken from the file's folder.
Result<Settings> read_settings(const std::filesystem::path& file);
/// The same from text; origin names it in errors, folder is for relative paths (empty: they stay as
/// they are). A preset of an unknown name is only a label where the text gives every other setting,
/// so that stored settings outlive the presets they came from.
Result<Settings> parse_settings(std::string_view yaml, const std::string& origin,
                                const std::filesystem::path& folder);

/// Makes the relative names in train_files, eval_files and preference_files, and the user's own
/// programs in reward_funcs, absolute, seen from the folder; the same with model_name_or_path,
/// reward_model and eval_reward_model where such a folder exists, since they may name a run too.
void resolve_paths(Settings& settings, const std::filesystem::path& folder);

/// Every setting as YAML, by section, with the field's help as comments if asked for.
/// parse_settings gives the same settings back.
std::string write_settings(const Settings& settings, bool with_comments = false);
/// Only what differs from the preset that the settings name, or from the defaults where they name
/// none. parse_settings gives the same settings back.
std::string write_differences(const Settings& settings);

}  // namespace plumb
