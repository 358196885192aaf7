// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/report_table.h"

#include <algorithm>
#include <cmath>

#include "analysis/csv.h"
#include "analysis/ticks.h"
#include "base/strings.h"

namespace plumb {
namespace {

bool has_intervals(const ReportTable& table, std::size_t column) {
    return std::ranges::any_of(table.rows, [&](const TableRow& row) {
        return column < row.cells.size() && row.cells[column].interval.has_value();
    });
}

}  // namespace

std::string table_csv(const ReportTable& table) {
    std::string text;
    const auto add = [&](std::string_view cell) {
        if (!text.empty() && text.back() != '\n') text += ',';
        text += csv_field(cell);
    };
    std::vector<bool> intervals;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        intervals.push_back(has_intervals(table, c));
        add(table.columns[c].id);
        if (!intervals[c]) continue;
        add(table.columns[c].id + "_low");
        add(table.columns[c].id + "_high");
    }
    text += "\r\n";
    for (const TableRow& row : table.rows) {
        std::string line;
        const auto put = [&](std::string_view cell, bool first) {
            if (!first) line += ',';
            line += csv_field(cell);
        };
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            const TableCell cell = c < row.cells.size() ? row.cells[c] : TableCell();
            put(cell.value ? format_number(*cell.value) : cell.text, c == 0);
            if (!intervals[c]) continue;
            put(cell.interval ? format_number(cell.interval->low) : "", false);
            put(cell.interval ? format_number(cell.interval->high) : "", false);
        }
        text += line + "\r\n";
    }
    return text;
}

std::string estimate_text(const Estimate& estimate) {
    if (!estimate.value) return "";
    const double value = *estimate.value;
    if (!estimate.interval || !std::isfinite(value)) return short_number(value);
    const auto [low, high] = *estimate.interval;
    const double half = 0.5 * (high - low);
    if (!(half > 0) || !std::isfinite(half)) return short_number(value);
    // Two digits of the uncertainty, but no more than five of the value.
    const double largest = std::max({std::abs(value), std::abs(low), std::abs(high)});
    const int of_half = 1 - static_cast<int>(std::floor(std::log10(half)));
    const int of_value = 4 - static_cast<int>(std::floor(std::log10(largest)));
    const int decimals = std::min(of_half, of_value);
    // What does not reach the last digit is the rounding of equal values.
    if (half < 0.5 * std::pow(10.0, -decimals)) return short_number(value);
    const bool symmetric = std::abs((high - value) - (value - low)) < 0.05 * half;
    if (decimals < 0 || decimals > 8)
        return symmetric ? short_number(value) + " ± " + short_number(half)
                         : short_number(value) + " [" + short_number(low) + ", " +
                               short_number(high) + "]";
    if (symmetric) return format_fixed(value, decimals) + " ± " + format_fixed(half, decimals);
    return format_fixed(value, decimals) + " [" + format_fixed(low, decimals) + ", " +
           format_fixed(high, decimals) + "]";
}

}  // namespace plumb
