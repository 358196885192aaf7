// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb {

/// The text as a YAML scalar: as it is where every reader takes that for the same text, else in
/// double quotes with escapes.
std::string yaml_quoted(std::string_view text);

/// The items of "[a, 'b, c']" by YAML's rules, or of "a, b" cut at the commas; empty text and
/// "null" have none. Errors say what is wrong with the text.
Result<std::vector<std::string>> read_flow_list(std::string_view text);

}  // namespace plumb
