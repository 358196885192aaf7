// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/presets.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/resources.h"
#include "base/strings.h"
#include "config/yaml.h"

namespace plumb {
namespace {

/// The rest of the comment line "# KEY: ...", followed by the comment lines indented below it.
std::string header_value(const std::string& yaml, std::string_view key, const std::string& name) {
    const std::string start = "# " + std::string(key) + ": ";
    std::optional<std::string> value;
    for (const std::string& line : split(yaml, '\n')) {
        if (!value) {
            if (line.starts_with(start)) value = trim(std::string_view(line).substr(start.size()));
        } else if (line.starts_with("#   ")) {
            *value += " " + std::string(trim(std::string_view(line).substr(1)));
        } else {
            break;
        }
    }
    PLUMB_CHECK(value.has_value(), "preset " + name + " has no line '" + start + "...'");
    return *value;
}

std::vector<Preset> read_presets() {
    constexpr std::string_view folder = "presets/", suffix = ".yaml";
    std::vector<Preset> all;
    for (const Resource& resource : embedded_resources()) {
        if (!resource.name.starts_with(folder) || !resource.name.ends_with(suffix)) continue;
        Preset preset;
        preset.name = resource.name.substr(folder.size(),
                                           resource.name.size() - folder.size() - suffix.size());
        preset.title = header_value(resource.content, "title", preset.name);
        preset.summary = header_value(resource.content, "summary", preset.name);
        preset.yaml = resource.content;
        all.push_back(std::move(preset));
    }
    std::ranges::sort(all, {}, &Preset::name);
    return all;
}

}  // namespace

std::span<const Preset> presets() {
    static const std::vector<Preset> all = read_presets();
    return all;
}

Result<Settings> preset_settings(std::string_view name) {
    std::vector<std::string> names;
    for (const Preset& preset : presets()) {
        names.push_back(preset.name);
        if (preset.name != name) continue;
        PLUMB_TRY(Settings settings, parse_settings(preset.yaml, "preset " + preset.name, {}));
        settings.preset = preset.name;
        return settings;
    }
    std::string message = "unknown preset '" + std::string(name) + "'";
    const auto near = nearest_name(name, names);
    message += near ? "; did you mean '" + *near + "'?" : "; there are " + join(names, ", ");
    return Error{ErrorCode::not_found, message};
}

}  // namespace plumb
