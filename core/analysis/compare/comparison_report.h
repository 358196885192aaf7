// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/compare/comparison.h"
#include "analysis/x_axis.h"
#include "base/result.h"

namespace plumb {

/// A chart of a report: a whole SVG document.
struct ReportChart {
    std::string id;     ///< ends the name of its file
    std::string title;  ///< also of what reads the picture aloud
    std::string svg;
};

/// A comparison as it is printed: by core as HTML, by the window as PDF and PNG.
struct ComparisonReport {
    std::string title;                  ///< "compare-three-reviews"
    std::string summary;                ///< "9 runs in 3 groups, seeds 0, 1, 2"
    std::vector<std::string> cautions;  ///< what cannot be compared, and why
    std::vector<ReportChart> charts;
    std::vector<ReportTable> tables;
    std::vector<std::string> sources;  ///< the runs that the numbers are from, a line each
};

struct ReportOptions {
    std::string title;                   ///< empty: the comparison of the runs, or their names
    XAxis axis = XAxis::step;            ///< of the curves
    std::vector<std::string> metrics;    ///< charts of these; empty: those that tell most
    std::vector<ReportTable> more = {};  ///< tables behind the comparison's, such as win rates
};

ComparisonReport make_report(const Comparison& comparison, const ReportOptions& options = {});

/// One file without links to others.
std::string report_html(const ComparisonReport& report);

/// Replaces the file in one step.
Status save_report(const ComparisonReport& report, const std::filesystem::path& file);
/// A file ID.csv for every table; the folder is made where it is missing.
Status save_tables(const ComparisonReport& report, const std::filesystem::path& folder);

}  // namespace plumb
