// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <QPainter>

#include "analysis/compare/comparison_report.h"
#include "report/report_table_layout.h"

namespace plumb::ui {

/// Where a report is painted, in units of about a 96th of an inch.
struct ReportPaper {
    double width = 1180, margin = 24;
    double height = 0;                 ///< of a page; 0: as tall as it needs
    QPainter* painter = nullptr;       ///< null: it is only measured
    std::function<void()> nextPage{};  ///< before what stands on a new page is painted
};

/// Lays a report out from top to bottom, and paints it where there is a painter.
class ReportPages {
public:
    ReportPages(const ComparisonReport& report, const ReportPaper& paper);

    /// Returns the height of the last page with its margin.
    double paint();
    int pages() const { return m_page; }

private:
    double width() const { return m_paper.width - 2 * m_paper.margin; }
    double bottom() const;
    /// Begins a new page where there is no room for so much, unless the page is empty.
    void need(double height);
    void breakPage();
    void text(const QString& text, const QFont& font, const char* colour, double indent = 0);
    void cautions();
    void charts();
    void table(const ReportTable& table);
    void tablePart(const ReportTable& table);
    void tableHead(const ReportTable& table, const TableLayout& layout);
    void tableRow(const ReportTable& table, const TableLayout& layout, std::size_t row);
    void footer();

    const ComparisonReport& m_report;
    const ReportPaper& m_paper;
    const ReportFonts m_fonts;
    double m_y;
    int m_page = 1;
};

}  // namespace plumb::ui
