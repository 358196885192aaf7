// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/report_table_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QStringList>

#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int largest_type = 12, smallest_type = 9;
/// A column of words is not made narrower than this for the sake of others.
constexpr double widest_least = 150;

struct Wanted {
    double least = 0;  ///< the widest word
    double whole = 0;  ///< without wrapping
};

double widthOf(const QString& text, const QFont& font) {
    double widest = 0;
    const QFontMetricsF metrics(font);
    for (const QString& line : text.split('\n'))
        widest = std::max(widest, metrics.horizontalAdvance(line));
    return std::ceil(widest) + 1;
}

double widestWord(const QString& text, const QFont& font) {
    double widest = 0;
    for (const QString& word : text.split(QChar(' '), Qt::SkipEmptyParts))
        widest = std::max(widest, widthOf(word, font));
    return widest;
}

std::vector<Wanted> wantedBy(const ReportTable& table, const ReportFonts& fonts) {
    std::vector<Wanted> wanted;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const TableColumn& column = table.columns[i];
        const QFont& font = column.is_number ? fonts.number : fonts.text;
        Wanted want{widestWord(headText(column), fonts.text),
                    widthOf(headText(column), fonts.text)};
        for (const TableRow& row : table.rows) {
            const QString text = cellText(table, row, i);
            const double swatch = i == 0 && !row.colour.empty() ? swatch_room : 0;
            // A number is not broken; a long word may be, where nothing else helps.
            const double least = column.is_number ? widestWord(text, font)
                                                  : std::min(widest_least, widestWord(text, font));
            want.least = std::max(want.least, least + swatch);
            want.whole = std::max(want.whole, widthOf(text, font) + swatch);
        }
        want.least += 2 * cell_padding;
        want.whole = std::max(want.least, want.whole + 2 * cell_padding);
        wanted.push_back(want);
    }
    return wanted;
}

double sum(const std::vector<Wanted>& wanted, double Wanted::*part) {
    double total = 0;
    for (const Wanted& want : wanted) total += want.*part;
    return total;
}

/// Each its least, and of the rest what it would like beyond that, all alike.
std::vector<double> shareOut(const std::vector<Wanted>& wanted, double width) {
    const double least = sum(wanted, &Wanted::least), whole = sum(wanted, &Wanted::whole);
    std::vector<double> widths;
    for (const Wanted& want : wanted) {
        if (least >= width)
            widths.push_back(want.least * width / least);
        else if (whole >= width)
            widths.push_back(want.least +
                             (want.whole - want.least) * (width - least) / (whole - least));
        else
            widths.push_back(want.whole + (width - whole) / static_cast<double>(wanted.size()));
    }
    return widths;
}

/// The first column with as many others as stand beside it in that width, again and again.
std::vector<std::vector<std::size_t>> cutColumns(const std::vector<Wanted>& wanted, double width) {
    std::vector<std::vector<std::size_t>> columns;
    double used = width;
    for (std::size_t i = 1; i < wanted.size(); ++i) {
        used += wanted[i].least;
        if (used > width) {
            columns.push_back({0});
            used = wanted[0].least + wanted[i].least;
        }
        columns.back().push_back(i);
    }
    return columns;
}

}  // namespace

ReportFonts reportFonts(int pixels) {
    const QStringList families = QFontDatabase::families();
    const auto first = [&](std::initializer_list<const char*> names, const char* otherwise) {
        for (const char* name : names)
            if (families.contains(name)) return QFont(name);
        return QFont(otherwise);
    };
    ReportFonts fonts;
    fonts.text = first({"Inter", "DejaVu Sans"}, "sans-serif");
    fonts.number = first({"JetBrains Mono", "DejaVu Sans Mono"}, "monospace");
    fonts.number.setStyleHint(QFont::Monospace);
    // Unhinted widths are the same on paper and on a picture.
    for (QFont* font : {&fonts.text, &fonts.number})
        font->setHintingPreference(QFont::PreferNoHinting);
    fonts.text.setPixelSize(pixels);
    fonts.number.setPixelSize(pixels - 1);
    fonts.bold = fonts.small = fonts.text;
    fonts.bold.setWeight(QFont::DemiBold);
    fonts.small.setPixelSize(pixels - 1);
    return fonts;
}

QString headText(const TableColumn& column) {
    return toQString(column.title + (column.unit.empty() ? "" : ", " + column.unit));
}

double textHeight(const QString& text, const QFont& font, double width) {
    const QFontMetricsF metrics(font);
    return std::ceil(metrics
                         .boundingRect(QRectF(0, 0, std::max(1.0, width), 1e6),
                                       textWrapping(text, font, width), text)
                         .height());
}

int textWrapping(const QString& text, const QFont& font, double width) {
    return widestWord(text, font) > width ? Qt::TextWrapAnywhere : Qt::TextWordWrap;
}

QString cellText(const ReportTable& table, const TableRow& row, std::size_t column) {
    if (column >= row.cells.size()) return {};
    QString text = toQString(row.cells[column].text);
    if (!table.columns[column].is_number) return text;
    const auto bracket = text.indexOf(" [");
    text.replace(' ', QChar::Nbsp);
    if (bracket >= 0) text[bracket] = ' ';
    return text;
}

std::vector<ReportTable> tableParts(const ReportTable& table, double width) {
    const std::vector<Wanted> wanted = wantedBy(table, reportFonts(smallest_type + 1));
    if (sum(wanted, &Wanted::least) <= width) return {table};
    std::vector<std::vector<std::size_t>> columns = cutColumns(wanted, width);
    // As many parts of about one width.
    for (double narrower = width; narrower > 0; narrower *= 0.95) {
        auto even = cutColumns(wanted, narrower);
        if (even.size() > columns.size()) break;
        columns = std::move(even);
    }
    if (columns.size() < 2) return {table};
    std::vector<ReportTable> parts;
    for (std::size_t k = 0; k < columns.size(); ++k) {
        ReportTable part;
        part.id = table.id;
        part.title = table.title + " (" + std::to_string(k + 1) + " of " +
                     std::to_string(columns.size()) + ")";
        for (const std::size_t i : columns[k]) part.columns.push_back(table.columns[i]);
        for (const TableRow& row : table.rows) {
            TableRow cut;
            cut.colour = row.colour;
            cut.group = row.group;
            for (const std::size_t i : columns[k])
                cut.cells.push_back(i < row.cells.size() ? row.cells[i] : TableCell());
            part.rows.push_back(std::move(cut));
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

TableLayout layTable(const ReportTable& table, double width) {
    TableLayout layout;
    std::vector<Wanted> wanted;
    for (int size = largest_type; size >= smallest_type; --size) {
        layout.fonts = reportFonts(size);
        wanted = wantedBy(table, layout.fonts);
        if (sum(wanted, &Wanted::least) <= width) break;
    }
    layout.widths = shareOut(wanted, width);
    const QFontMetricsF line(layout.fonts.text);
    layout.headHeight = line.height() + 2 * cell_rise;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        layout.headHeight =
            std::max(layout.headHeight, textHeight(headText(table.columns[i]), layout.fonts.text,
                                                   layout.widths[i] - 2 * cell_padding) +
                                            2 * cell_rise);
    for (const TableRow& row : table.rows) {
        double height = line.height() + 2 * cell_rise;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const double swatch = i == 0 && !row.colour.empty() ? swatch_room : 0;
            const QFont& font =
                table.columns[i].is_number ? layout.fonts.number : layout.fonts.text;
            height = std::max(height, textHeight(cellText(table, row, i), font,
                                                 layout.widths[i] - 2 * cell_padding - swatch) +
                                          2 * cell_rise);
        }
        layout.rowHeights.push_back(height);
    }
    return layout;
}

}  // namespace plumb::ui
