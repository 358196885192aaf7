// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/strings.h"
#include "data/row_values.h"
#include "data/rows.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t deepest_nesting = 500;

bool holds_json(const fs::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return std::tolower(c); });
    return extension == ".jsonl" || extension == ".ndjson" || extension == ".json";
}

/// How deep brackets stand within each other; strings do not count.
std::int64_t nesting(std::string_view json) {
    std::int64_t depth = 0, deepest = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '"') in_text = !in_text;
        if (in_text) {
            if (c == '\\') ++i;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return deepest;
}

/// The most members that any object in it has.
std::size_t widest_object(const Json& json) {
    std::size_t widest = json.is_object() ? json.size() : 0;
    if (json.is_structured())
        for (const Json& member : json) widest = std::max(widest, widest_object(member));
    return widest;
}

/// The columns that hold objects, with members in the order of the file: chat templates print them
/// so. Empty where none does, or where there are so many that keeping the order would take long.
std::map<std::string, std::string> members_in_order(const std::string& line, const Json& json) {
    constexpr std::size_t most_members = 1000;
    std::map<std::string, std::string> columns;
    const auto holds_objects = [](const Json& value) {
        return value.is_structured() && widest_object(value) > 1;
    };
    if (std::none_of(json.begin(), json.end(), holds_objects)) return columns;
    if (widest_object(json) > most_members) return columns;
    const auto ordered = nlohmann::ordered_json::parse(line);
    for (const auto& [name, value] : ordered.items())
        if (value.is_structured()) columns[name] = value.dump();
    return columns;
}

/// Fills the row's columns from one line of JSON.
Status parse_object(const std::string& line, Row& row) {
    // Writing a value back as text takes a stack frame a level.
    if (nesting(line) > deepest_nesting)
        return invalid_input(row.source() + " nests values more than " +
                             std::to_string(deepest_nesting) +
                             " levels deep. Each line must hold one plain object.");
    Json json;
    try {
        json = Json::parse(line);
    } catch (const Json::exception& error) {
        return invalid_input(row.source() + " is not JSON (" + json_reason(error) +
                             "). Each line must hold one object.");
    }
    if (!json.is_object())
        return invalid_input(row.source() + " holds " + json.type_name() +
                             ", not an object. Each line must hold one object like "
                             "{\"prompt\": \"...\"}.");
    std::map<std::string, std::string> in_order = members_in_order(line, json);
    for (auto& [name, value] : json.items()) {
        if (value.is_null()) continue;
        if (value.is_string())
            row.columns[name] = {std::move(value.get_ref<std::string&>()), true};
        else if (const auto found = in_order.find(name); found != in_order.end())
            row.columns[name] = {std::move(found->second), false};
        else
            row.columns[name] = {value.dump(), false};
    }
    return {};
}

Status read_line(const std::string& line, bool json, const std::string& text_column, Row& row) {
    if (const std::string problem = utf8_problem(line); !problem.empty())
        return invalid_input(row.source() + " " + problem);
    if (json) return parse_object(line, row);
    row.columns[text_column] = {line, true};
    return {};
}

Status read_file_rows(const std::string& file, const std::string& text_column,
                      std::vector<Row>& rows) {
    const fs::path path(file);
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        return invalid_input(file + " is a folder. Name the files in it.");
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return file_error("cannot open", path, errno);

    const auto name = std::make_shared<const std::string>(file);
    const bool json = holds_json(path);
    const std::size_t before = rows.size();
    std::string line;
    for (std::int64_t number = 1; std::getline(stream, line); ++number) {
        if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
        if (line.ends_with('\r')) line.pop_back();
        if (trim(line).empty()) continue;
        Row row{.columns = {}, .file = name, .line = number};
        PLUMB_TRY_STATUS(read_line(line, json, text_column, row));
        rows.push_back(std::move(row));
    }
    if (stream.bad()) return file_error("cannot read", path, errno);
    if (rows.size() == before) return invalid_input(file + " is empty. It needs at least one row.");
    return {};
}

}  // namespace

Result<std::vector<Row>> read_rows(const std::vector<std::string>& files,
                                   const std::string& text_column) {
    std::vector<Row> rows;
    for (const auto& file : files) PLUMB_TRY_STATUS(read_file_rows(file, text_column, rows));
    return rows;
}

}  // namespace plumb
