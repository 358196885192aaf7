// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QString>
#include <QStringList>

namespace plumb::ui {

/// A stretch of a line in one style.
struct MarkdownSpan {
    QString text;
    bool bold = false, italic = false, struck = false, code = false;

    bool operator==(const MarkdownSpan&) const = default;
};

/// A line of a text, or a table of it.
struct MarkdownBlock {
    enum class Kind {
        line,     ///< of a paragraph
        heading,  ///< level 1 to 6
        bullet,   ///< level from 0 on; of numbered ones the number is in mark
        quote,    ///< level from 1 on
        code,     ///< one line between fences
        fence,    ///< the language behind the opening fence
        rule,
        table,
    };
    Kind kind = Kind::line;
    int level = 0;
    QString mark{};                    ///< a bullet's number, as it was written
    bool gap = false;                  ///< blank lines stand before it
    QString text{};                    ///< of what is not a table, without its marks
    std::vector<QStringList> cells{};  ///< of a table, its head first

    bool operator==(const MarkdownBlock&) const = default;
};

/// The part of Markdown that answers of models use, for reading alone: headings, bullets and
/// numbers, quotes, fenced code, rules, tables. Line ends stay. Everything else (HTML, links,
/// images, references) is text as it was written: nothing but the marks that are shown otherwise is
/// left out, and nothing is loaded. In time proportional to the text.
std::vector<MarkdownBlock> markdownBlocks(const QString& text);

/// Emphasis, strong, struck out and code within a line. Of lines longer than 4,000 characters one
/// plain span.
std::vector<MarkdownSpan> markdownSpans(const QString& line);

}  // namespace plumb::ui
