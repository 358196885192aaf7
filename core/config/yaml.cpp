// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/yaml.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/files.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/presets.h"
#include "config/roles.h"
#include "config/yaml_text.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view how_to_write =
    "write settings as lines such as 'preset: grpo-arithmetic'";

std::string place(const std::string& origin, const YAML::Mark& mark) {
    if (mark.is_null()) return origin + ": ";
    return origin + ":" + std::to_string(mark.line + 1) + ": ";
}

std::string absolute_path(const std::string& path, const fs::path& folder) {
    return fs::absolute(folder / path).lexically_normal().string();
}

/// A bare name of a file in the folder becomes its path: it would be taken for an unknown name.
void find_files(const Field& field, std::vector<std::string>& items, const fs::path& folder) {
    if (folder.empty()) return;
    std::error_code ignored;
    for (std::string& item : items)
        if (!item.empty() && std::ranges::find(field.choices, item) == field.choices.end() &&
            fs::is_regular_file(folder / item, ignored))
            item = absolute_path(item, folder);
}

/// Sets the field from a node; the message is without the place.
Status set_from_node(const Field& field, Settings& settings, const YAML::Node& node,
                     const fs::path& folder) {
    const std::string key(field.key);
    if (node.IsMap())
        return invalid_input(key + " cannot hold other settings; give " + accepted_values(field));
    if (is_list(field)) {
        std::vector<std::string> items;
        if (node.IsScalar()) items.push_back(node.Scalar());
        for (const auto& item : node) {
            if (!item.IsScalar())
                return invalid_input(key + " takes a flat list; give " + accepted_values(field));
            items.push_back(item.Scalar());
        }
        if (field.takes_paths) find_files(field, items, folder);
        return set_field_items(field, settings, std::move(items));
    }
    if (node.IsSequence())
        return invalid_input(key + " takes one value and no list; give " + accepted_values(field));
    if (node.IsNull() && field.choices.empty()) return set_field(field, settings, "");
    return set_field(field, settings, node.IsNull() ? "null" : node.Scalar());
}

/// Reads a mapping and collects what is wrong with its lines.
class Reader {
public:
    Reader(const std::string& origin, const fs::path& folder) : origin_(origin), folder_(folder) {}

    Result<Settings> read(const YAML::Node& root) {
        Settings settings;
        start_from_preset(root, settings);
        for (const auto& entry : root) read_entry(entry.first, entry.second, settings);
        const bool complete = keys_.size() + (keys_.contains("preset") ? 0 : 1) == fields().size();
        if (!unknown_preset_.empty() && !complete) problems_.push_back(unknown_preset_);
        if (!problems_.empty()) return invalid_input(join(problems_, "\n"));
        return settings;
    }

private:
    void start_from_preset(const YAML::Node& root, Settings& settings) {
        for (const auto& entry : root) {
            const YAML::Node& value = entry.second;
            if (!entry.first.IsScalar() || entry.first.Scalar() != "preset") continue;
            if (!value.IsScalar() || value.Scalar().empty()) return;
            auto base = preset_settings(value.Scalar());
            if (base.ok())
                settings = *base;
            else
                unknown_preset_ = place(origin_, value.Mark()) + base.error().message;
            return;
        }
    }

    void read_entry(const YAML::Node& key, const YAML::Node& value, Settings& settings) {
        const std::string here = place(origin_, key.Mark());
        if (!key.IsScalar()) {
            problems_.push_back(here + "a setting's name is expected here");
            return;
        }
        const Field* field = find_field(key.Scalar());
        if (!field) {
            problems_.push_back(here + unknown_key(key.Scalar()).message);
        } else if (!keys_.insert(key.Scalar()).second) {
            problems_.push_back(here + key.Scalar() + " is given twice; keep one of them");
        } else if (const Status status = set_from_node(*field, settings, value, folder_);
                   !status.ok()) {
            problems_.push_back(here + status.error().message);
        }
    }

    const std::string& origin_;
    const fs::path& folder_;
    std::set<std::string> keys_;
    std::vector<std::string> problems_;
    std::string unknown_preset_;
};

void write_comment(std::string& out, std::string_view text) {
    constexpr std::size_t width = 96;
    std::string line = "#";
    for (const std::string& word : split(text, ' ')) {
        if (line.size() + 1 + word.size() > width) {
            out += line + "\n";
            line = "#";
        }
        line += " " + word;
    }
    out += line + "\n";
}

void write_line(std::string& out, const Field& field, const Settings& settings) {
    const bool is_text = std::holds_alternative<std::string Settings::*>(field.member);
    const std::string text = field_text(field, settings);
    out += std::string(field.key) + ": " + (is_text ? yaml_quoted(text) : text) + "\n";
}

}  // namespace

Result<Settings> parse_settings(std::string_view yaml, const std::string& origin,
                                const fs::path& folder) {
    if (const auto offset = invalid_utf8_offset(yaml))
        return invalid_input(origin + ": byte " + std::to_string(*offset + 1) +
                             " is no UTF-8; save the file as UTF-8");
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
        if (documents.size() > 1)
            return invalid_input(origin + ": holds several YAML documents; keep one");
        const YAML::Node root = documents.empty() ? YAML::Node() : documents.front();
        if (root.IsNull())
            return invalid_input(origin + ": is empty; " + std::string(how_to_write));
        if (!root.IsMap())
            return invalid_input(place(origin, root.Mark()) +
                                 "settings are expected as 'key: value'; " +
                                 std::string(how_to_write));
        auto settings = Reader(origin, folder).read(root);
        if (settings.ok()) resolve_paths(*settings, folder);
        return settings;
    } catch (const YAML::Exception& exception) {
        return invalid_input(place(origin, exception.mark) + "this is no YAML: " + exception.msg);
    }
}

Result<Settings> read_settings(const fs::path& file) {
    PLUMB_TRY(const std::string text, read_file(file));
    return parse_settings(text, file.string(), fs::absolute(file).parent_path());
}

void resolve_paths(Settings& settings, const fs::path& folder) {
    if (folder.empty()) return;
    for (const FileList& list : file_lists())
        for (std::string& file : settings.*list.member)
            if (!file.empty()) file = absolute_path(file, folder);
    resolve_own_rewards(settings, folder);
    std::error_code ignored;
    for (std::string* model :
         {&settings.model_name_or_path, &settings.reward_model, &settings.eval_reward_model})
        if (!model->empty() && fs::exists(folder / *model, ignored))
            *model = absolute_path(*model, folder);
}

std::string write_settings(const Settings& settings, bool with_comments) {
    std::string out;
    std::optional<Section> section;
    for (const Field& field : fields()) {
        if (section != field.section) {
            if (section) out += "\n";
            out += "# " + std::string(section_title(field.section)) + "\n";
            section = field.section;
        }
        if (with_comments) write_comment(out, field.help);
        write_line(out, field, settings);
    }
    return out;
}

std::string write_differences(const Settings& settings) {
    Settings base;
    if (!settings.preset.empty()) {
        const auto preset = preset_settings(settings.preset);
        if (!preset.ok()) return write_settings(settings);
        base = *preset;
    }
    std::string out;
    for (const Field& field : fields()) {
        const bool names_the_base = field.key == "preset" && !settings.preset.empty();
        if (names_the_base || field_text(field, settings) != field_text(field, base))
            write_line(out, field, settings);
    }
    return out;
}

}  // namespace plumb
