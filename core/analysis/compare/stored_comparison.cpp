// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/stored_comparison.h"

#include <algorithm>

#include "base/strings.h"
#include "config/yaml.h"

namespace plumb {

std::string comparison_of(const std::string& settings) {
    // Most runs are of none, and to parse the settings of many whole takes long.
    constexpr std::string_view key = "\ncomparison: ";
    const auto line = settings.find(key);
    if (line == settings.npos) return {};
    const std::string_view value = std::string_view(settings).substr(line + key.size());
    if (value.empty() || value.starts_with("''") || value.starts_with("\"\"") ||
        value.starts_with('\n'))
        return {};
    const auto parsed = parse_settings(settings, "settings", {});
    return parsed ? parsed->comparison : std::string();
}

Result<std::vector<StoredComparison>> stored_comparisons(StoreReader& reader) {
    PLUMB_TRY(const auto runs, reader.runs());
    std::vector<StoredComparison> found;
    for (const RunRecord& run : runs) {
        const std::string name = comparison_of(run.settings);
        if (name.empty()) continue;
        auto place = std::ranges::find(found, name, &StoredComparison::name);
        if (place == found.end()) {
            found.push_back({name, {}});
            place = found.end() - 1;
        }
        place->runs.push_back(run.id);
    }
    return found;
}

Result<std::vector<RunId>> runs_of_comparison(StoreReader& reader, const std::string& name) {
    PLUMB_TRY(const auto all, stored_comparisons(reader));
    std::vector<std::string> names;
    for (const StoredComparison& comparison : all) {
        if (comparison.name == name) return comparison.runs;
        names.push_back(comparison.name);
    }
    std::string message = "there is no comparison \"" + name + "\" in the workspace";
    if (const auto nearest = nearest_name(name, names))
        message += "; did you mean \"" + *nearest + "\"?";
    else if (names.empty())
        message += ", which has none yet";
    return Error{ErrorCode::not_found, message};
}

}  // namespace plumb
