// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/report_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "analysis/ticks.h"

namespace plumb {
namespace {

std::string quoted(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += '"';
        result += c;
    }
    return result + '"';
}

/// The shortest text that reads back as the same number.
std::string exact(double value) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string fixed(double value, int decimals) {
    std::array<char, 64> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::fixed, decimals);
    return end.ec == std::errc() ? std::string(text.data(), end.ptr) : short_number(value);
}

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
        text += quoted(cell);
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
            line += quoted(cell);
        };
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            const TableCell cell = c < row.cells.size() ? row.cells[c] : TableCell();
            put(cell.value ? exact(*cell.value) : cell.text, c == 0);
            if (!intervals[c]) continue;
            put(cell.interval ? exact(cell.interval->low) : "", false);
            put(cell.interval ? exact(cell.interval->high) : "", false);
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
    const bool symmetric = std::abs((high - value) - (value - low)) < 0.05 * half;
    if (decimals < 0 || decimals > 8)
        return symmetric ? short_number(value) + " ± " + short_number(half)
                         : short_number(value) + " [" + short_number(low) + ", " +
                               short_number(high) + "]";
    if (symmetric) return fixed(value, decimals) + " ± " + fixed(half, decimals);
    return fixed(value, decimals) + " [" + fixed(low, decimals) + ", " + fixed(high, decimals) +
           "]";
}

}  // namespace plumb
