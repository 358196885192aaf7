// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/column_access.h"

namespace plumb {
namespace {

std::string column_names(const Row& row) {
    std::string names;
    for (const auto& [name, value] : row.columns) names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "none" : names;
}

}  // namespace

std::array<std::string, 2> prompt_names(const Settings& settings) {
    return {settings.prompt_column, "question"};
}

std::string first_present(const Row& row, std::span<const std::string> names) {
    for (const auto& name : names)
        if (row.columns.contains(name)) return name;
    return {};
}

Error missing_column(const Row& row, const std::string& wanted, const std::string& remedy) {
    return invalid_input(row.source() + " has no column " + wanted +
                         " (columns present: " + column_names(row) + "). " + remedy);
}

Error unusable_value(const Row& row, const std::string& column, const std::string& wanted,
                     const std::string& remedy) {
    constexpr std::size_t shown = 40;
    std::string value = row.columns.at(column).text;
    if (value.size() > shown) value = value.substr(0, shown) + "...";
    return invalid_input(row.source() + ": column " + column + " must hold " + wanted + ", not " +
                         value + ". " + remedy);
}

Result<std::string> required_text(const Row& row, const std::string& column) {
    const auto found = row.columns.find(column);
    if (found == row.columns.end())
        return missing_column(row, column, "The first row has it, so every row needs it.");
    if (found->second.is_text) return found->second.text;
    if (found->second.text.starts_with("[{"))
        return unusable_value(row, column, "text",
                              "These are chat turns, where the first row or another column has "
                              "text. Let every row have the same form; put rows of another form "
                              "into a file of their own.");
    return unusable_value(row, column, "text", "Put it in quotation marks or name another column.");
}

}  // namespace plumb
