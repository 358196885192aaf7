// SPDX-License-Identifier: GPL-3.0-or-later
// Settings in which groups differ, and what users changed or noted.
#include <algorithm>
#include <set>

#include "analysis/compare/group_tables.h"
#include "analysis/compare/group_values.h"
#include "config/fields.h"

namespace plumb {
namespace {

constexpr const char* no_effect = "–";

const Settings& settings_of(const std::vector<ComparedRun>& runs, const RunGroup& group) {
    return runs[group.runs.front()].settings;
}

/// Whether groups are told apart by the setting.
bool differs(const Field& field, const std::vector<ComparedRun>& runs,
             const std::vector<RunGroup>& groups) {
    static const Settings defaults;
    std::set<std::string> values;
    bool everywhere = true;
    for (const RunGroup& group : groups) {
        const Settings& settings = settings_of(runs, group);
        if (field_applies(field, settings))
            values.insert(field_text(field, settings));
        else
            everywhere = false;
    }
    if (values.size() > 1) return true;
    return !everywhere && values.size() == 1 && *values.begin() != field_text(field, defaults);
}

/// Of the setting in all runs of the group: seeds have models and pairs of their own.
TableCell value_cell(const Field& field, const std::vector<ComparedRun>& runs,
                     const RunGroup& group) {
    if (!field_applies(field, settings_of(runs, group)))
        return {.text = no_effect, .detail = "has no effect here"};
    std::vector<std::string> values;
    for (const std::size_t run : group.runs) {
        std::string value = field_text(field, runs[run].settings);
        if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
    }
    TableCell cell;
    for (const std::string& value : values)
        cell.detail += (cell.detail.empty() ? "" : "; ") + value;
    cell.text = values.size() == 1 ? values.front() : "one for each seed";
    if (values.size() == 1) cell.detail.clear();
    if (cell.text.empty()) cell.text = "(none)";
    return cell;
}

}  // namespace

ReportTable settings_table(const std::vector<ComparedRun>& runs,
                           const std::vector<RunGroup>& groups) {
    ReportTable table{.id = "settings", .title = "Settings that differ"};
    table.columns.push_back({.id = "setting", .title = "setting"});
    for (const RunGroup& group : groups)
        table.columns.push_back({.id = group.name, .title = group.name});
    if (groups.size() < 2) {
        table.notes = {"There is one group; settings are compared between groups."};
        return table;
    }
    std::size_t equal = 0;
    for (const Field& field : fields()) {
        if (is_label_setting(field.key)) continue;
        if (!differs(field, runs, groups)) {
            ++equal;
            continue;
        }
        TableRow row;
        row.cells.push_back({.text = std::string(field.key), .detail = std::string(field.help)});
        for (const RunGroup& group : groups) row.cells.push_back(value_cell(field, runs, group));
        table.rows.push_back(std::move(row));
    }
    table.notes.push_back(
        std::to_string(equal) +
        " settings do not tell the groups apart and are left out: they are equal, "
        "or have an effect on some groups alone and stand at their default.");
    return table;
}

ReportTable edits_table(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups) {
    ReportTable table{.id = "edits", .title = "Edits and notes"};
    table.columns = {
        {.id = "run", .title = "run"},         {.id = "step", .title = "step", .is_number = true},
        {.id = "setting", .title = "setting"}, {.id = "old", .title = "from"},
        {.id = "new", .title = "to"},          {.id = "reason", .title = "reason"}};
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (const std::size_t index : groups[g].runs) {
            const ComparedRun& run = runs[index];
            const auto add = [&](std::vector<TableCell> cells) {
                table.rows.push_back({std::move(cells), groups[g].colour, g});
            };
            for (const EditRecord& edit : run.edits)
                add({text_cell(run.record.name), number_cell(static_cast<double>(edit.step)),
                     text_cell(edit.key), text_cell(edit.old_value), text_cell(edit.new_value),
                     text_cell(edit.reason)});
            if (!run.record.note.empty())
                add({text_cell(run.record.name),
                     {},
                     text_cell("note"),
                     {},
                     text_cell(run.record.note),
                     {}});
        }
    }
    if (table.rows.empty())
        table.notes = {"No run was edited while it went on, and none has a note."};
    return table;
}

}  // namespace plumb
