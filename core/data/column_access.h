// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "data/rows.h"

namespace plumb {

// How the readers of columns find them, and what they say where one is missing.

/// Where a prompt may stand: settings.prompt_column, else question (GSM8K).
std::array<std::string, 2> prompt_names(const Settings& settings);
/// The first of the names that the row has, or an empty text.
std::string first_present(const Row& row, std::span<const std::string> names);

/// "train.jsonl, line 3 has no column WANTED (columns present: ...). REMEDY"
Error missing_column(const Row& row, const std::string& wanted, const std::string& remedy);
/// "train.jsonl, line 3: column COLUMN must hold WANTED, not ... REMEDY"
Error unusable_value(const Row& row, const std::string& column, const std::string& wanted,
                     const std::string& remedy);

/// The text in a column that every row must have, since the first row has it. Chat turns are an
/// error of their own.
Result<std::string> required_text(const Row& row, const std::string& column);

}  // namespace plumb
