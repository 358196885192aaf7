// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace plumb {

// What the readers of rows (read_rows.cpp, label_file.cpp) share.

/// What the JSON library says after its name for the error and the line, which is always the first.
std::string json_reason(const std::exception& error);

/// A flag as text: "true" or "1", "false" or "0". Nothing: neither.
std::optional<bool> parse_flag(std::string_view text);

/// Why a line is not UTF-8, to stand behind the name of its row; empty: it is.
std::string utf8_problem(std::string_view line);

}  // namespace plumb
