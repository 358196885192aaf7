// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "analysis/compare/report_table.h"
#include "cli_output.h"

namespace plumb::cli {

/// The table under its title, its notes below; columns that are empty in every row are left out.
std::string table_text(const ReportTable& table);

/// A line "table" with its columns and rows; cells have text, and value, low and high where there
/// are some.
std::string table_json(const ReportTable& table);

}  // namespace plumb::cli
