// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/preference_file.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/strings.h"

namespace plumb {
namespace {

using Json = nlohmann::ordered_json;

std::optional<double> optional_number(const Json& row, const char* key) {
    return row.contains(key) ? std::optional(row.at(key).get<double>()) : std::nullopt;
}

Preference to_preference(const Json& row) {
    Preference pair;
    pair.prompt = row.at("prompt");
    pair.chosen = row.at("chosen");
    pair.rejected = row.at("rejected");
    pair.chosen_ended = row.value("chosen_ended", true);
    pair.rejected_ended = row.value("rejected_ended", true);
    pair.margin = optional_number(row, "margin");
    pair.gold_margin = optional_number(row, "gold_margin");
    return pair;
}

}  // namespace

Status write_preferences(const std::vector<Preference>& pairs, const std::filesystem::path& file) {
    std::string text;
    for (const Preference& pair : pairs) {
        Json row = {{"prompt", pair.prompt}, {"chosen", pair.chosen}, {"rejected", pair.rejected}};
        if (!pair.chosen_ended) row["chosen_ended"] = false;
        if (!pair.rejected_ended) row["rejected_ended"] = false;
        if (pair.margin) row["margin"] = *pair.margin;
        if (pair.gold_margin) row["gold_margin"] = *pair.gold_margin;
        text += row.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    return write_file_atomic(file, text);
}

Result<std::vector<Preference>> read_preferences(const std::filesystem::path& file) {
    PLUMB_TRY(const std::string text, read_file(file));
    std::vector<Preference> pairs;
    std::int64_t line = 0;
    for (const std::string& row : split(text, '\n')) {
        ++line;
        if (row.empty()) continue;
        try {
            pairs.push_back(to_preference(Json::parse(row)));
        } catch (const Json::exception& problem) {
            return invalid_input(file.string() + ", line " + std::to_string(line) +
                                 " is damaged (" + problem.what() +
                                 "); remove the file's folder and start the run anew");
        }
        pairs.back().source = file.string() + ", line " + std::to_string(line);
    }
    return pairs;
}

}  // namespace plumb
