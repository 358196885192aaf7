// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_document.h"

#include <algorithm>
#include <utility>

#include <QTextDocument>
#include <QTextTable>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr double line_height = 130;   // percent
constexpr double code_ground = 0.07;  // from the panel towards the text
constexpr int indent = 18, most_levels = 8, paragraph_gap = 7, turn_gap = 12, cell_padding = 4;
/// Of the text's size, by the level of a heading.
constexpr double heading_sizes[] = {1.5, 1.3, 1.15, 1.0, 1.0, 1.0};

}  // namespace

LabelDocument::LabelDocument(QTextDocument& document, const QFont& font, const QPalette& palette)
    : m_cursor(&document), m_font(font), m_palette(palette) {
    document.clear();
    document.setDefaultFont(font);
    m_cursor = QTextCursor(&document);
    m_cursor.beginEditBlock();
    m_text.setForeground(textColour(palette));
    m_muted.setForeground(mutedColour(palette));
    m_muted.setFontWeight(QFont::DemiBold);
    m_muted.setProperty(QTextFormat::FontPixelSize, std::max(9, font.pixelSize() - 2));
}

void LabelDocument::finish() { m_cursor.endEditBlock(); }

QTextBlockFormat LabelDocument::blockFormat(int above) const {
    QTextBlockFormat format;
    format.setLineHeight(line_height, QTextBlockFormat::ProportionalHeight);
    format.setTopMargin(m_empty ? 0 : above);
    return format;
}

QTextBlockFormat LabelDocument::groundFormat(const QColor& towards, double share, int above) const {
    QTextBlockFormat format = blockFormat(above);
    format.setLineHeight(0, QTextBlockFormat::SingleHeight);
    format.setBackground(mixed(panelColour(m_palette), towards, share));
    return format;
}

void LabelDocument::begin(const QTextBlockFormat& block, const QTextCharFormat& format) {
    if (std::exchange(m_empty, false)) {
        m_cursor.setBlockFormat(block);
        m_cursor.setBlockCharFormat(format);
    } else {
        m_cursor.insertBlock(block, format);
    }
}

QTextCharFormat LabelDocument::codeFormat() const {
    QTextCharFormat format = m_text;
    format.setFontFamilies(monospacedFont().families());
    format.setFontFixedPitch(true);
    format.setProperty(QTextFormat::FontPixelSize, std::max(8, m_font.pixelSize() - 1));
    return format;
}

void LabelDocument::addRole(const QString& role) {
    begin(groundFormat(accentColour(m_palette), 0.12, turn_gap), m_muted);
    QTextCharFormat format = m_muted;
    format.setForeground(accentColour(m_palette));
    m_cursor.insertText(role.toUpper(), format);
}

void LabelDocument::addPlain(const QString& text) {
    begin(blockFormat(), m_text);
    m_cursor.insertText(text, m_text);
}

void LabelDocument::addMarkdown(const QString& text) {
    for (const MarkdownBlock& block : markdownBlocks(text)) {
        if (block.kind == MarkdownBlock::Kind::table)
            addTable(block);
        else
            addBlock(block);
    }
}

void LabelDocument::addBlock(const MarkdownBlock& block) {
    using Kind = MarkdownBlock::Kind;
    QTextBlockFormat format = blockFormat(block.gap ? paragraph_gap : 0);
    QTextCharFormat text = m_text;
    switch (block.kind) {
        case Kind::heading: {
            const auto size = heading_sizes[std::clamp(block.level, 1, 6) - 1];
            text.setFontWeight(QFont::DemiBold);
            text.setProperty(QTextFormat::FontPixelSize, qRound(m_font.pixelSize() * size));
            format.setTopMargin(m_empty ? 0 : paragraph_gap);
            begin(format, text);
            addSpans(block.text, text);
            return;
        }
        case Kind::bullet:
            format.setLeftMargin(indent * (1 + std::min(block.level, most_levels)));
            format.setTextIndent(-indent);
            format.setTabPositions({QTextOption::Tab(0, QTextOption::LeftTab)});
            begin(format, text);
            m_cursor.insertText((block.mark.isEmpty() ? QString(QChar(0x2022)) : block.mark) + ' ',
                                text);
            addSpans(block.text, text);
            return;
        case Kind::quote:
            format =
                groundFormat(mutedColour(m_palette), 0.12, static_cast<int>(format.topMargin()));
            format.setLeftMargin(indent * std::min(block.level, most_levels));
            begin(format, text);
            addSpans(block.text, text);
            return;
        case Kind::fence:
        case Kind::code:
            format = groundFormat(textColour(m_palette), code_ground,
                                  static_cast<int>(format.topMargin()));
            format.setLeftMargin(cell_padding);
            begin(format, codeFormat());
            m_cursor.insertText(block.text, block.kind == Kind::code ? codeFormat() : m_muted);
            return;
        case Kind::rule:
            format.setProperty(QTextFormat::BlockTrailingHorizontalRulerWidth,
                               QTextLength(QTextLength::PercentageLength, 100));
            begin(format, text);
            return;
        case Kind::line:
        case Kind::table: break;
    }
    begin(format, text);
    addSpans(block.text, text);
}

void LabelDocument::addTable(const MarkdownBlock& table) {
    int columns = 0;
    for (const QStringList& row : table.cells)
        columns = std::max(columns, static_cast<int>(row.size()));
    QTextTableFormat format;
    format.setCellPadding(cell_padding);
    format.setCellSpacing(0);
    format.setBorder(1);
    format.setBorderCollapse(true);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderBrush(lineColour(m_palette));
    format.setTopMargin(paragraph_gap);
    format.setBottomMargin(paragraph_gap);
    if (std::exchange(m_empty, false)) m_cursor.setBlockCharFormat(m_text);
    QTextTable* made = m_cursor.insertTable(static_cast<int>(table.cells.size()), columns, format);
    for (int row = 0; row < made->rows(); ++row) {
        const QStringList& cells = table.cells[static_cast<std::size_t>(row)];
        QTextCharFormat text = m_text;
        if (row == 0) text.setFontWeight(QFont::DemiBold);
        for (int column = 0; column < cells.size(); ++column) {
            m_cursor = made->cellAt(row, column).firstCursorPosition();
            addSpans(cells[column], text);
        }
    }
    m_cursor.movePosition(QTextCursor::End);
}

void LabelDocument::addSpans(const QString& line, const QTextCharFormat& format) {
    for (const MarkdownSpan& span : markdownSpans(line)) {
        QTextCharFormat styled = format;
        if (span.code) {
            styled.merge(codeFormat());
            styled.setBackground(mixed(panelColour(m_palette), textColour(m_palette), code_ground));
        }
        if (span.bold) styled.setFontWeight(QFont::Bold);
        if (span.italic) styled.setFontItalic(true);
        if (span.struck) styled.setFontStrikeOut(true);
        m_cursor.insertText(span.text, styled);
    }
}

}  // namespace plumb::ui
