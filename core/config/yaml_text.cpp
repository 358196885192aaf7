// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/yaml_text.h"

#include <algorithm>
#include <array>

#include <yaml-cpp/yaml.h>

#include "base/strings.h"

namespace plumb {
namespace {

bool is_plain_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./+@").find(c) != std::string_view::npos;
}

/// Whether a YAML reader would take the plain text for something else than text.
bool means_something_else(std::string_view text) {
    constexpr std::array<std::string_view, 8> words = {"true", "false", "yes",  "no",
                                                       "on",   "off",   "null", "none"};
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (std::ranges::find(words, lower) != words.end()) return true;
    const bool may_be_number = (lower[0] >= '0' && lower[0] <= '9') || lower[0] == '.' ||
                               lower[0] == '-' || lower[0] == '+';
    return may_be_number && (parse_double(text) || lower[0] == '-' || lower[0] == '+' ||
                             lower.find_first_not_of("0123456789abcdefox._") == std::string::npos);
}

}  // namespace

std::string yaml_quoted(std::string_view text) {
    const bool plain = !text.empty() && std::ranges::all_of(text, is_plain_character) &&
                       text.front() != '@' && !means_something_else(text);
    if (plain) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (c == '\n') {
            quoted += "\\n";
        } else if (c == '\t') {
            quoted += "\\t";
        } else if (code < 0x20 || code == 0x7f) {
            quoted += "\\x";
            quoted += digits[code >> 4];
            quoted += digits[code & 15];
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

Result<std::vector<std::string>> read_flow_list(std::string_view text) {
    text = trim(text);
    std::vector<std::string> items;
    if (text.empty() || text == "null" || text == "~") return items;
    if (text.front() != '[') {
        for (const std::string& item : split(text, ',')) items.emplace_back(trim(item));
        return items;
    }
    const Error malformed = invalid_input("'" + std::string(text) +
                                          "' is no list; write it as [a, b], with quotes around "
                                          "items that hold a comma or a bracket");
    try {
        const YAML::Node node = YAML::Load(std::string(text));
        if (!node.IsSequence()) return malformed;
        for (const auto& item : node) {
            if (!item.IsScalar()) return malformed;
            items.push_back(item.Scalar());
        }
    } catch (const YAML::Exception&) {
        return malformed;
    }
    return items;
}

}  // namespace plumb
