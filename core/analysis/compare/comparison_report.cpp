// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/comparison_report.h"

#include <algorithm>
#include <system_error>

#include "analysis/colours.h"
#include "analysis/compare/compare_charts.h"
#include "analysis/compare/frontier_chart.h"
#include "analysis/svg_elements.h"
#include "base/files.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t usual_charts = 6;

/// Colours of the light theme: reports are printed.
std::string style_sheet() {
    const auto& s = light_surfaces;
    return "body{font:14px/1.45 Inter,system-ui,sans-serif;color:" + std::string(s.text) +
           ";background:" + std::string(s.page) +
           ";margin:0 auto;padding:24px;max-width:1180px}"
           "h1{font-size:22px;margin:0 0 2px}h2{font-size:16px;margin:26px 0 6px}"
           ".muted{color:" +
           std::string(s.muted) +
           "}"
           ".cautions{background:" +
           std::string(s.panel) + ";border:1px solid " + std::string(s.line) +
           ";border-left:4px solid #E69F00;border-radius:6px;"
           "padding:8px 12px;margin:14px 0}.cautions p{margin:3px 0}"
           ".charts{display:flex;flex-wrap:wrap;gap:12px}.charts svg{max-width:100%;height:auto}"
           ".wide{overflow-x:auto;background:" +
           std::string(s.panel) + ";border:1px solid " + std::string(s.line) +
           ";border-radius:6px}"
           "table{border-collapse:collapse;width:100%;font-size:13px}"
           "th,td{padding:5px 10px;text-align:left;border-bottom:1px solid " +
           std::string(s.line) +
           ";vertical-align:top}"
           "th{font-weight:500;color:" +
           std::string(s.muted) +
           "}"
           "tr:last-child td{border-bottom:0}"
           "td.n,th.n{text-align:right;white-space:nowrap;"
           "font-family:'JetBrains Mono','DejaVu Sans Mono',monospace;font-size:12px}"
           "th.n{font-family:inherit;font-size:13px}"
           ".swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:7px}"
           ".note{color:" +
           std::string(s.muted) +
           ";font-size:12.5px;margin:5px 2px}"
           "ul.sources{font-size:12.5px;color:" +
           std::string(s.muted) +
           ";padding-left:18px}"
           "@media print{body{background:#fff}h2{break-after:avoid}"
           "tr,svg{break-inside:avoid}}";
}

std::string element(const char* name, std::string_view text, const std::string& attributes = "") {
    return std::string("<") + name + attributes + ">" + xml_escape(text) + "</" + name + ">\n";
}

std::string title_attribute(const std::string& text) {
    return text.empty() ? "" : " title=\"" + xml_escape(text) + "\"";
}

std::string cell_html(const TableColumn& column, const TableCell& cell, const std::string& swatch) {
    return "<td" + std::string(column.is_number ? " class=\"n\"" : "") +
           title_attribute(cell.detail) + ">" + swatch + xml_escape(cell.text) + "</td>";
}

std::string table_html(const ReportTable& table) {
    std::string html =
        "<section id=\"" + xml_escape(table.id) + "\">\n" + element("h2", table.title);
    if (!table.rows.empty()) {
        html += "<div class=\"wide\"><table>\n<tr>";
        for (const TableColumn& column : table.columns)
            html += "<th" + std::string(column.is_number ? " class=\"n\"" : "") +
                    title_attribute(column.help) + ">" + xml_escape(column.title) +
                    (column.unit.empty() ? "" : ", " + xml_escape(column.unit)) + "</th>";
        html += "</tr>\n";
        for (const TableRow& row : table.rows) {
            html += "<tr>";
            for (std::size_t i = 0; i < table.columns.size(); ++i) {
                std::string swatch;
                if (i == 0 && !row.colour.empty())
                    swatch =
                        "<span class=\"swatch\" style=\"background:" + row.colour + "\"></span>";
                html += cell_html(table.columns[i],
                                  i < row.cells.size() ? row.cells[i] : TableCell(), swatch);
            }
            html += "</tr>\n";
        }
        html += "</table></div>\n";
    }
    for (const std::string& note : table.notes) html += element("p", note, " class=\"note\"");
    return html + "</section>\n";
}

std::string title_of(const Comparison& comparison) {
    std::vector<std::string> names;
    for (const ComparedRun& run : comparison.runs) {
        const std::string& name = run.settings.comparison;
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    if (names.empty()) return "Comparison of " + std::to_string(comparison.runs.size()) + " runs";
    std::string title;
    for (const std::string& name : names) title += (title.empty() ? "" : ", ") + name;
    return title;
}

std::string source_of(const ComparedRun& run, const std::string& group) {
    return "run " + std::to_string(run.record.id) + ", " + run.record.name + " (" + group +
           ", seed " + std::to_string(run.settings.seed) + "): " + to_string(run.record.state) +
           " at step " + std::to_string(run.record.step);
}

}  // namespace

ComparisonReport make_report(const Comparison& comparison, const ReportOptions& options) {
    ComparisonReport report;
    report.title = options.title.empty() ? title_of(comparison) : options.title;
    report.summary = comparison.summary();
    for (const ComparisonProblem& problem : comparison.problems)
        report.cautions.push_back(problem.text);
    std::vector<std::string> metrics = options.metrics;
    if (metrics.empty())
        for (const ChartGroup& chart : comparison_chart_groups(comparison))
            if (metrics.size() < usual_charts) metrics.push_back(chart.keys.front());
    for (const std::string& key : metrics) {
        const ChartSpec spec = group_chart_spec(comparison, key, options.axis);
        if (!spec.series.empty()) report.charts.push_back({key, spec.title, svg_chart(spec)});
    }
    if (!comparison.ends.empty()) {
        report.charts.push_back({"frontier-ends", "Reward against KL, ends of runs",
                                 frontier_svg(comparison, FrontierOf::ends)});
        report.charts.push_back({"frontier-evaluations", "Reward against KL, all evaluations",
                                 frontier_svg(comparison, FrontierOf::evaluations)});
    }
    for (const ReportTable* table : comparison.tables()) report.tables.push_back(*table);
    report.tables.insert(report.tables.end(), options.more.begin(), options.more.end());
    for (const RunGroup& group : comparison.groups)
        for (const std::size_t run : group.runs)
            report.sources.push_back(source_of(comparison.runs[run], group.name));
    return report;
}

std::string report_html(const ComparisonReport& report) {
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
        element("title", report.title) + "<style>" + style_sheet() + "</style></head>\n<body>\n" +
        element("h1", report.title) + element("div", report.summary, " class=\"muted\"");
    if (!report.cautions.empty()) {
        html += "<div class=\"cautions\">\n";
        for (const std::string& caution : report.cautions) html += element("p", caution);
        html += "</div>\n";
    }
    if (!report.charts.empty()) {
        html += "<div class=\"charts\">\n";
        for (const ReportChart& chart : report.charts)
            html += "<figure style=\"margin:0\" aria-label=\"" + xml_escape(chart.title) + "\">" +
                    chart.svg.substr(std::min(chart.svg.size(), chart.svg.find("<svg"))) +
                    "</figure>\n";
        html += "</div>\n";
    }
    for (const ReportTable& table : report.tables) html += table_html(table);
    html += element("h2", "Runs") + "<ul class=\"sources\">\n";
    for (const std::string& source : report.sources) html += element("li", source);
    return html + "</ul>\n</body></html>\n";
}

Status save_report(const ComparisonReport& report, const fs::path& file) {
    return write_file_atomic(file, report_html(report));
}

Status save_tables(const ComparisonReport& report, const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return Error{ErrorCode::io, "the folder " + folder.string() +
                                        " cannot be made: " + error.message() + "; choose another"};
    for (const ReportTable& table : report.tables)
        PLUMB_TRY_STATUS(write_file_atomic(folder / (table.id + ".csv"), table_csv(table)));
    return {};
}

}  // namespace plumb
