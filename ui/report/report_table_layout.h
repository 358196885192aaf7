// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QFont>
#include <QString>

#include "analysis/compare/report_table.h"

namespace plumb::ui {

/// The fonts of a report, in units of its page.
struct ReportFonts {
    QFont text, bold, small, number;
};
/// pixels: the size of texts.
ReportFonts reportFonts(int pixels);

/// How a table lies on a page of that width: what each column takes, and how tall each row is with
/// its texts wrapped.
struct TableLayout {
    ReportFonts fonts;
    std::vector<double> widths;
    double headHeight = 0;
    std::vector<double> rowHeights;
};
constexpr double cell_padding = 6, cell_rise = 4, swatch_room = 16;

TableLayout layTable(const ReportTable& table, double width);

/// The table, or where it has more columns than can be read beside each other in that width, parts
/// of it, each of which begins with the first column and says in its title which part it is.
std::vector<ReportTable> tableParts(const ReportTable& table, double width);

/// What stands in the cell. Numbers stay on a line with the half of their intervals, and intervals
/// in brackets whole.
QString cellText(const ReportTable& table, const TableRow& row, std::size_t column);

/// The column's title with its unit.
QString headText(const TableColumn& column);
/// Flags of QPainter: words are broken only where one alone is wider than that.
int textWrapping(const QString& text, const QFont& font, double width);
/// The height of the text where it may take so much width.
double textHeight(const QString& text, const QFont& font, double width);

}  // namespace plumb::ui
