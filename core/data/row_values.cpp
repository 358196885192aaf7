// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/row_values.h"

#include "base/strings.h"

namespace plumb {

std::string json_reason(const std::exception& error) {
    const std::string what = error.what();
    for (const std::string_view mark : {"at line 1, ", "] "})
        if (const auto at = what.find(mark); at != std::string::npos)
            return what.substr(at + mark.size());
    return what;
}

std::optional<bool> parse_flag(std::string_view text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
}

std::string utf8_problem(std::string_view line) {
    const auto offset = invalid_utf8_offset(line);
    if (!offset) return {};
    return "is not UTF-8 at byte offset " + std::to_string(*offset) +
           " of the line. Save the file as UTF-8.";
}

}  // namespace plumb
