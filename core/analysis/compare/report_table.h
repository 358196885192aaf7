// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.h"

namespace plumb {

struct TableColumn {
    std::string id;     ///< head of the column in CSV files
    std::string title;  ///< "peak memory"
    std::string unit = {};
    std::string help = {};  ///< how it was measured
    bool is_number = false;
};

/// What stands in a cell, and what it means.
struct TableCell {
    std::string text = {};                  ///< as it is shown; empty: nothing to say
    std::optional<double> value = {};       ///< what rows are sorted by, and what CSV files have
    std::optional<Interval> interval = {};  ///< 95 %, where there is one
    std::string detail = {};                ///< from what it is: the runs, or why there is nothing
};

struct TableRow {
    std::vector<TableCell> cells;  ///< one a column
    std::string colour = {};       ///< "#RRGGBB" of the group that the row is of; empty: none
    std::optional<std::size_t> group = {};  ///< index into Comparison::groups
};

/// A table as the window, the terminal, reports and CSV files show it.
struct ReportTable {
    std::string id;     ///< "cost"; ends file names and object names
    std::string title;  ///< "Cost"
    std::vector<TableColumn> columns = {};
    std::vector<TableRow> rows = {};
    std::vector<std::string> notes = {};  ///< sentences below it: how, over what, what is missing
};

/// A header of the columns' ids, then a line a row; a column with intervals has ID_low and ID_high
/// behind it. RFC 4180.
std::string table_csv(const ReportTable& table);

/// The number with its half-width behind it where the interval is symmetric, else in brackets:
/// "2.03 ± 0.31", "0.64 [0.57, 0.70]".
std::string estimate_text(const Estimate& estimate);

}  // namespace plumb
