// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/csv.h"

namespace plumb {

std::string csv_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_field(std::string_view text) {
    return text.find_first_of(",\"\r\n") == text.npos ? std::string(text) : csv_quoted(text);
}

}  // namespace plumb
