// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_tables.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

namespace plumb::cli {
namespace {

using Json = nlohmann::ordered_json;

void set_number(Json& json, const char* key, double value) {
    if (std::isfinite(value)) json[key] = value;
}

}  // namespace

std::string table_text(const ReportTable& table) {
    std::vector<std::size_t> shown;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
        if (std::ranges::any_of(table.rows, [&](const TableRow& row) {
                return c < row.cells.size() && !row.cells[c].text.empty();
            }))
            shown.push_back(c);
    std::string text = table.title + "\n";
    std::vector<Column> columns;
    for (const std::size_t c : shown) {
        const TableColumn& column = table.columns[c];
        columns.push_back(
            {column.title + (column.unit.empty() ? "" : ", " + column.unit), column.is_number});
    }
    std::vector<std::vector<std::string>> rows;
    for (const TableRow& row : table.rows) {
        auto& cells = rows.emplace_back();
        for (const std::size_t c : shown)
            cells.push_back(c < row.cells.size() ? one_line(row.cells[c].text) : "");
    }
    if (!rows.empty()) text += format_table(columns, rows);
    for (const std::string& note : table.notes) text += note + "\n";
    return text;
}

std::string table_json(const ReportTable& table) {
    Json columns = Json::array(), rows = Json::array();
    for (const TableColumn& column : table.columns)
        columns.push_back({{"id", column.id}, {"title", column.title}, {"unit", column.unit}});
    for (const TableRow& row : table.rows) {
        Json cells = Json::array();
        for (const TableCell& cell : row.cells) {
            Json json = {{"text", cell.text}};
            if (cell.value) set_number(json, "value", *cell.value);
            if (cell.interval) {
                set_number(json, "low", cell.interval->low);
                set_number(json, "high", cell.interval->high);
            }
            cells.push_back(std::move(json));
        }
        rows.push_back(std::move(cells));
    }
    const auto encoded = [](const Json& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    return JsonLine("table")
        .set("id", table.id)
        .set("title", table.title)
        .set_encoded("columns", encoded(columns))
        .set_encoded("rows", encoded(rows))
        .set_encoded("notes", encoded(Json(table.notes)))
        .text();
}

}  // namespace plumb::cli
