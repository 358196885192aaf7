// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// Reads a run file: a YAML mapping of setting keys to values; `preset: NAME` starts from that
/// preset instead of the defaults. Errors name the file, the line, the key and the nearest name.
/// Relative paths in path settings are taken from the file's folder.
Result<Settings> read_settings(const std::filesystem::path& file);
/// The same from text; origin names it in errors, folder is for relative paths.
Result<Settings> parse_settings(std::string_view yaml, const std::string& origin,
                                const std::filesystem::path& folder);

/// Every setting as YAML, by section, with the field's help as comments if asked for.
/// parse_settings gives the same settings back.
std::string write_settings(const Settings& settings, bool with_comments = false);
/// Only what differs from the defaults.
std::string write_differences(const Settings& settings);

}  // namespace plumb
