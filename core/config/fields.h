// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// Where a setting lives in Settings; its alternative is the setting's type.
using FieldMember =
    std::variant<std::int64_t Settings::*, double Settings::*, bool Settings::*,
                 std::string Settings::*, std::optional<double> Settings::*,
                 std::optional<bool> Settings::*, std::vector<std::string> Settings::*,
                 std::vector<double> Settings::*>;

enum class Section {
    run,
    model,
    data,
    arithmetic,
    pairs,
    start,
    optimiser,
    lora,
    sft,
    reward_model,
    dpo,
    ppo,
    generation,
    grpo,
    rloo,
    reference,
    rewards,
    evaluation
};

/// One row of the table that the YAML reader, the validation, the settings panel and the
/// documentation share.
struct Field {
    std::string_view key;  ///< the name in YAML, in --set and in the database: that of the member
    FieldMember member;
    Section section = Section::run;
    std::string_view label = {};  ///< a few words for a form
    std::string_view help = {};   ///< effect, and when to change it; one or two sentences
    std::string_view unit = {};   ///< "", "tokens", "steps", ...
    double minimum = -std::numeric_limits<double>::infinity();  ///< of a number, or of a list's
    double maximum = std::numeric_limits<double>::infinity();
    bool minimum_excluded = false;
    bool maximum_excluded = false;
    std::vector<std::string_view> choices = {};  ///< of a string or a list's items; empty: free
    bool takes_paths = false;                    ///< beside the choices, the user's own programs
    bool live = false;                           ///< may be edited while a run goes on
    bool advanced = false;
    std::string_view trl_name = {};  ///< TRL's name where TRL has the setting
};

/// All fields, in the order in which forms and files show them.
std::span<const Field> fields();
/// A setting that lists files with rows.
struct FileList {
    std::string_view key;
    std::vector<std::string> Settings::*member;
};
std::span<const FileList> file_lists();
/// The field of that key, or null.
const Field* find_field(std::string_view key);
std::string_view section_title(Section section);
/// Whether the setting has an effect on a run with these settings (algorithm, task).
bool field_applies(const Field& field, const Settings& settings);

/// The value as text, as --set and the database hold it; an empty optional is "null", lists are
/// written as [a, b], their items quoted where they have to be.
std::string field_text(const Field& field, const Settings& settings);
/// Reads the text into the setting. A list may be written as [a, b] or as a, b; an empty optional
/// as null, none or nothing. Errors name the key, the text, the range or choices.
Status set_field(const Field& field, Settings& settings, std::string_view text);
/// The same by key; an unknown key names the nearest one.
Status set_field(std::string_view key, Settings& settings, std::string_view text);
/// Sets a list from its items. Precondition: the field is a list.
Status set_field_items(const Field& field, Settings& settings, std::vector<std::string> items);

/// Whether the field holds a list.
bool is_list(const Field& field);
/// "an integer", "text", "a list of numbers", ...
std::string_view type_name(const Field& field);
/// What the field takes, for messages and documentation: "an integer of at least 1",
/// "sft or grpo", "a number greater than 0 and at most 1, or null".
std::string accepted_values(const Field& field);
/// Why the value that the settings hold is out of the field's range or choices, or nothing.
std::optional<std::string> value_problem(const Field& field, const Settings& settings);
/// The error for a key that is not in the table, with the nearest one where there is one.
Error unknown_key(std::string_view key);

}  // namespace plumb
