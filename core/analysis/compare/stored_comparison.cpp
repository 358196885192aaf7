// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/stored_comparison.h"

#include <algorithm>

#include "base/strings.h"
#include "config/yaml.h"

namespace plumb {

std::string comparison_of(const std::string& settings) {
    // That line alone: to parse the settings of many runs whole takes long.
    const auto line = settings.find("\ncomparison: ");
    if (line == settings.npos) return {};
    const auto end = settings.find('\n', line + 1);
    const auto parsed = parse_settings(settings.substr(line + 1, end - line - 1), "settings", {});
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
