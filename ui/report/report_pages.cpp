// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/report_pages.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <QSvgRenderer>

#include "analysis/colours.h"
#include "common/svg_picture.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int text_pixels = 13, title_pixels = 22, section_pixels = 16;
constexpr double line_gap = 4, block_gap = 14, chart_gap = 12, footer_room = 20;
constexpr double caution_bar = 4, caution_indent = 12;
constexpr const char* caution_colour = "#E69F00";
/// Narrower than this a chart's own texts are too small to read.
constexpr double least_chart = 330;

QColor colour(std::string_view hex) { return QColor(toQString(hex)); }

QFont sized(QFont font, int pixels) {
    font.setPixelSize(pixels);
    return font;
}

}  // namespace

ReportPages::ReportPages(const ComparisonReport& report, const ReportPaper& paper)
    : m_report(report), m_paper(paper), m_fonts(reportFonts(text_pixels)), m_y(paper.margin) {}

double ReportPages::bottom() const { return m_paper.height - m_paper.margin - footer_room; }

void ReportPages::footer() {
    if (m_paper.height == 0 || !m_paper.painter) return;
    m_paper.painter->setFont(m_fonts.small);
    m_paper.painter->setPen(colour(light_surfaces.muted));
    m_paper.painter->drawText(
        QRectF(m_paper.margin, m_paper.height - m_paper.margin - footer_room / 2, width(),
               footer_room),
        Qt::AlignRight | Qt::AlignVCenter, QString::number(m_page));
}

void ReportPages::breakPage() {
    footer();
    ++m_page;
    m_y = m_paper.margin;
    if (m_paper.painter && m_paper.nextPage) m_paper.nextPage();
}

void ReportPages::need(double height) {
    if (m_paper.height == 0 || m_y + height <= bottom() || m_y == m_paper.margin) return;
    breakPage();
}

void ReportPages::text(const QString& text, const QFont& font, const char* hex, double indent) {
    const double height = textHeight(text, font, width() - indent);
    need(height);
    if (QPainter* painter = m_paper.painter) {
        painter->setFont(font);
        painter->setPen(colour(hex));
        painter->drawText(QRectF(m_paper.margin + indent, m_y, width() - indent, height + 2),
                          textWrapping(text, font, width() - indent), text);
    }
    m_y += height + line_gap;
}

double ReportPages::paint() {
    text(toQString(m_report.title), sized(m_fonts.bold, title_pixels), light_surfaces.text.data());
    text(toQString(m_report.summary), m_fonts.text, light_surfaces.muted.data());
    m_y += block_gap;
    cautions();
    charts();
    for (const ReportTable& each : m_report.tables) table(each);
    if (!m_report.sources.empty()) {
        const QFont heading = sized(m_fonts.bold, section_pixels);
        if (m_y > m_paper.margin) m_y += block_gap;
        need(textHeight("Runs", heading, width()) + 3 * textHeight("Runs", m_fonts.small, width()));
        text("Runs", heading, light_surfaces.text.data());
    }
    for (const std::string& source : m_report.sources)
        text(toQString(source), m_fonts.small, light_surfaces.muted.data());
    footer();
    return m_y + m_paper.margin;
}

void ReportPages::cautions() {
    for (const std::string& caution : m_report.cautions) {
        const QString words = toQString(caution);
        const double height = textHeight(words, m_fonts.text, width() - caution_indent) + line_gap;
        need(height);
        if (m_paper.painter)
            m_paper.painter->fillRect(QRectF(m_paper.margin, m_y, caution_bar, height),
                                      QColor(caution_colour));
        text(words, m_fonts.text, light_surfaces.text.data(), caution_indent);
    }
    if (!m_report.cautions.empty()) m_y += block_gap;
}

void ReportPages::charts() {
    const double columns =
        std::max(1.0, std::min(2.0, std::floor((width() + chart_gap) / (least_chart + chart_gap))));
    const double across = (width() - (columns - 1) * chart_gap) / columns;
    for (std::size_t i = 0; i < m_report.charts.size();) {
        // A row is as tall as its tallest chart, and stands on one page.
        struct Placed {
            std::unique_ptr<QSvgRenderer> svg;
            double height;
        };
        std::vector<Placed> row;
        double tallest = 0;
        while (i < m_report.charts.size() && row.size() < static_cast<std::size_t>(columns)) {
            auto svg = std::make_unique<QSvgRenderer>(svgForQt(m_report.charts[i++].svg));
            if (!svg->isValid() || svg->defaultSize().isEmpty()) continue;
            const QSizeF size = svg->defaultSize();
            const double height = size.height() * across / size.width();
            tallest = std::max(tallest, height);
            row.push_back({std::move(svg), height});
        }
        need(tallest);
        for (std::size_t k = 0; k < row.size() && m_paper.painter; ++k)
            row[k].svg->render(m_paper.painter, QRectF(m_paper.margin + static_cast<double>(k) *
                                                                            (across + chart_gap),
                                                       m_y, across, row[k].height));
        m_y += tallest + chart_gap;
    }
    if (!m_report.charts.empty()) m_y += line_gap;
}

void ReportPages::table(const ReportTable& table) {
    const std::vector<ReportTable> parts = tableParts(table, width());
    for (const ReportTable& part : parts) tablePart(part);
    for (const std::string& note : table.notes)
        text(toQString(note), m_fonts.small, light_surfaces.muted.data());
}

void ReportPages::tablePart(const ReportTable& table) {
    const QFont heading = sized(m_fonts.bold, section_pixels);
    const TableLayout layout = layTable(table, width());
    const double first = layout.rowHeights.empty() ? 0 : layout.rowHeights.front();
    need(block_gap + textHeight(toQString(table.title), heading, width()) + line_gap +
         layout.headHeight + first);
    if (m_y > m_paper.margin) m_y += block_gap;
    text(toQString(table.title), heading, light_surfaces.text.data());
    if (!table.rows.empty()) tableHead(table, layout);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (m_paper.height > 0 && m_y + layout.rowHeights[row] > bottom()) {
            breakPage();
            tableHead(table, layout);
        }
        tableRow(table, layout, row);
    }
    m_y += line_gap;
}

void ReportPages::tableHead(const ReportTable& table, const TableLayout& layout) {
    if (QPainter* painter = m_paper.painter) {
        painter->setFont(layout.fonts.text);
        painter->setPen(colour(light_surfaces.muted));
        double x = m_paper.margin;
        for (std::size_t i = 0; i < table.columns.size(); x += layout.widths[i++]) {
            const QString title = headText(table.columns[i]);
            const double room = layout.widths[i] - 2 * cell_padding;
            painter->drawText(QRectF(x + cell_padding, m_y + cell_rise, room, layout.headHeight),
                              textWrapping(title, layout.fonts.text, room) |
                                  (table.columns[i].is_number ? Qt::AlignRight : Qt::AlignLeft),
                              title);
        }
        painter->setPen(QPen(colour(light_surfaces.muted), 0.8));
        painter->drawLine(QLineF(m_paper.margin, m_y + layout.headHeight, m_paper.margin + width(),
                                 m_y + layout.headHeight));
    }
    m_y += layout.headHeight;
}

void ReportPages::tableRow(const ReportTable& table, const TableLayout& layout, std::size_t index) {
    const TableRow& row = table.rows[index];
    const double height = layout.rowHeights[index];
    if (QPainter* painter = m_paper.painter) {
        double x = m_paper.margin;
        for (std::size_t i = 0; i < table.columns.size() && i < row.cells.size();
             x += layout.widths[i++]) {
            const bool number = table.columns[i].is_number;
            double left = x + cell_padding;
            if (i == 0 && !row.colour.empty()) {
                painter->setPen(Qt::NoPen);
                painter->setBrush(colour(row.colour));
                painter->setRenderHint(QPainter::Antialiasing);
                painter->drawRoundedRect(QRectF(left, m_y + cell_rise + 3, 9, 9), 2.5, 2.5);
                left += swatch_room;
            }
            const QFont& font = number ? layout.fonts.number : layout.fonts.text;
            const QString words = cellText(table, row, i);
            const double room = x + layout.widths[i] - cell_padding - left;
            painter->setFont(font);
            painter->setPen(colour(light_surfaces.text));
            painter->drawText(
                QRectF(left, m_y + cell_rise, room, height),
                textWrapping(words, font, room) | (number ? Qt::AlignRight : Qt::AlignLeft), words);
        }
        painter->setPen(QPen(colour(light_surfaces.line), 0.8));
        painter->drawLine(
            QLineF(m_paper.margin, m_y + height, m_paper.margin + width(), m_y + height));
    }
    m_y += height;
}

}  // namespace plumb::ui
