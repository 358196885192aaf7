// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/markdown.h"

#include <algorithm>

#include <QRegularExpression>

namespace plumb::ui {
namespace {

using Kind = MarkdownBlock::Kind;

constexpr qsizetype longest_styled_line = 4000, most_table_rows = 200, most_table_columns = 20;
constexpr int columns_a_level = 2;

const QRegularExpression& headingLine() {
    static const QRegularExpression pattern("^ {0,3}(#{1,6})[ \\t]+(.*?)[ \\t]*$");
    return pattern;
}
const QRegularExpression& fenceLine() {
    static const QRegularExpression pattern("^[ \\t]*(`{3,}|~{3,})[ \\t]*([^`]*)$");
    return pattern;
}
const QRegularExpression& ruleLine() {
    static const QRegularExpression pattern("^ {0,3}([-*_])[ \\t]*(?:\\1[ \\t]*){2,}$");
    return pattern;
}
const QRegularExpression& bulletLine() {
    static const QRegularExpression pattern("^([ \\t]*)([-*+]|\\d{1,9}[.)])[ \\t]+(.*)$");
    return pattern;
}
const QRegularExpression& quoteLine() {
    static const QRegularExpression pattern("^ {0,3}((?:>[ \\t]?)+)(.*)$");
    return pattern;
}
const QRegularExpression& delimiterRow() {
    static const QRegularExpression pattern(
        "^[ \\t]*\\|?[ \\t]*:?-+:?[ \\t]*(?:\\|[ \\t]*:?-+:?[ \\t]*)*\\|?[ \\t]*$");
    return pattern;
}

/// Cells of a row of a table; a \| is part of its cell.
QStringList cellsOf(const QString& line) {
    QString inside = line.trimmed();
    if (inside.startsWith('|')) inside.remove(0, 1);
    if (inside.endsWith('|') && !inside.endsWith("\\|")) inside.chop(1);
    QStringList cells;
    QString cell;
    for (qsizetype i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\\' && i + 1 < inside.size() && inside[i + 1] == '|') {
            cell += '|';
            ++i;
        } else if (inside[i] == '|') {
            cells << cell.trimmed();
            cell.clear();
        } else {
            cell += inside[i];
        }
    }
    return cells << cell.trimmed();
}

class BlockReader {
public:
    explicit BlockReader(const QString& text) : m_lines(text.split('\n')) {}

    std::vector<MarkdownBlock> read() {
        while (m_next < m_lines.size()) {
            const QString& line = m_lines[m_next];
            if (line.trimmed().isEmpty()) {
                m_gap = true;
                ++m_next;
            } else if (!readFence(line) && !readTable(line)) {
                add(lineBlock(line));
                ++m_next;
            }
        }
        return std::move(m_blocks);
    }

private:
    void add(MarkdownBlock block) {
        block.gap = std::exchange(m_gap, false);
        m_blocks.push_back(std::move(block));
    }

    static MarkdownBlock lineBlock(const QString& line) {
        if (line.size() > longest_styled_line) return {.text = line};
        if (const auto match = headingLine().match(line); match.hasMatch())
            return {.kind = Kind::heading,
                    .level = static_cast<int>(match.capturedLength(1)),
                    .text = match.captured(2)};
        if (ruleLine().match(line).hasMatch()) return {.kind = Kind::rule};
        if (const auto match = bulletLine().match(line); match.hasMatch()) {
            const QString mark = match.captured(2);
            return {.kind = Kind::bullet,
                    .level = static_cast<int>(match.captured(1).replace('\t', "    ").size()) /
                             columns_a_level,
                    .mark = mark.size() > 1 ? mark : QString(),
                    .text = match.captured(3)};
        }
        if (const auto match = quoteLine().match(line); match.hasMatch())
            return {.kind = Kind::quote,
                    .level = static_cast<int>(match.captured(1).count('>')),
                    .text = match.captured(2)};
        return {.text = line};
    }

    bool readFence(const QString& line) {
        const auto open = fenceLine().match(line);
        if (!open.hasMatch()) return false;
        const qsizetype first = m_next + 1;
        const qsizetype end = closingFence(first, open.captured(1));
        // Nothing between them, so that the marks alone tell of it.
        if (first == end) return false;
        if (const QString language = open.captured(2).trimmed(); !language.isEmpty())
            add({.kind = Kind::fence, .text = language});
        for (m_next = first; m_next < end; ++m_next)
            add({.kind = Kind::code, .text = m_lines[m_next]});
        ++m_next;
        return true;
    }

    /// The line that ends what was opened, or that behind the last.
    qsizetype closingFence(qsizetype line, const QString& fence) const {
        for (; line < m_lines.size(); ++line) {
            const auto close = fenceLine().match(m_lines[line]);
            if (close.hasMatch() && close.captured(1).startsWith(fence) &&
                close.captured(2).trimmed().isEmpty())
                break;
        }
        return line;
    }

    bool readTable(const QString& line) {
        if (!line.contains('|') || m_next + 1 >= m_lines.size()) return false;
        const QString& below = m_lines[m_next + 1];
        if (below.size() > longest_styled_line || !below.contains('-') ||
            !delimiterRow().match(below).hasMatch())
            return false;
        MarkdownBlock table{.kind = Kind::table, .cells = {cellsOf(line)}};
        if (table.cells[0].size() != cellsOf(below).size()) return false;
        qsizetype next = m_next + 2;
        for (; next < m_lines.size() && m_lines[next].contains('|'); ++next)
            table.cells.push_back(cellsOf(m_lines[next]));
        const bool wide = std::ranges::any_of(
            table.cells, [](const QStringList& row) { return row.size() > most_table_columns; });
        if (wide || static_cast<qsizetype>(table.cells.size()) > most_table_rows) {
            // Too large to be laid out as one: its lines, as they are.
            for (; m_next < next; ++m_next) add({.kind = Kind::code, .text = m_lines[m_next]});
            return true;
        }
        add(std::move(table));
        m_next = next;
        return true;
    }

    QStringList m_lines;
    qsizetype m_next = 0;
    bool m_gap = false;
    std::vector<MarkdownBlock> m_blocks;
};

/// Follows the marks of one line.
class SpanReader {
public:
    std::vector<MarkdownSpan> read(const QString& line) {
        readInto(line, {});
        return std::move(m_spans);
    }

private:
    void add(const QString& text, const MarkdownSpan& style) {
        if (text.isEmpty()) return;
        MarkdownSpan span = style;
        span.text = text;
        if (!m_spans.empty()) {
            MarkdownSpan& last = m_spans.back();
            if (last.bold == span.bold && last.italic == span.italic &&
                last.struck == span.struck && last.code == span.code) {
                last.text += text;
                return;
            }
        }
        m_spans.push_back(std::move(span));
    }

    static bool isWord(const QString& line, qsizetype i) {
        return i >= 0 && i < line.size() && (line[i].isLetterOrNumber() || line[i] == '_');
    }
    static bool isBlank(const QString& line, qsizetype i) {
        return i < 0 || i >= line.size() || line[i].isSpace();
    }

    /// Where the mark at `begin` ends its stretch; -1: it is none.
    static qsizetype closing(const QString& line, qsizetype begin, const QString& mark) {
        const qsizetype inside = begin + mark.size();
        if (isBlank(line, inside) || isWord(line, begin - 1)) return -1;
        for (qsizetype at = line.indexOf(mark, inside + 1); at >= 0;
             at = line.indexOf(mark, at + 1)) {
            const QChar before = line[at - 1];
            const bool longer = before == mark[0] || (at + mark.size() < line.size() &&
                                                      line[at + mark.size()] == mark[0]);
            if (!longer && before != '\\' && !before.isSpace() && !isWord(line, at + mark.size()))
                return at;
        }
        return -1;
    }

    void readInto(const QString& line, const MarkdownSpan& style) {
        QString plain;
        const auto flush = [&] { add(std::exchange(plain, {}), style); };
        for (qsizetype i = 0; i < line.size();) {
            if (line[i] == '\\' && i + 1 < line.size() && QString("*_~`").contains(line[i + 1])) {
                plain += line[i + 1];
                i += 2;
                continue;
            }
            const QString mark = markAt(line, i);
            if (mark.isEmpty() && line[i] != '`') {
                plain += line[i++];
                continue;
            }
            flush();
            if (mark.isEmpty() ? readCode(line, i, style) : readMarked(line, i, mark, style))
                continue;
            const QString run = mark.isEmpty() ? ticksAt(line, i) : mark;
            plain += run;
            i += run.size();
        }
        flush();
    }

    /// The run of marks at a place.
    static QString markAt(const QString& line, qsizetype i) {
        const QChar c = line[i];
        if (c != '*' && c != '_' && c != '~') return {};
        qsizetype run = 1;
        while (i + run < line.size() && line[i + run] == c) ++run;
        return QString(run, c);
    }
    static QString ticksAt(const QString& line, qsizetype i) {
        qsizetype run = 0;
        while (i + run < line.size() && line[i + run] == '`') ++run;
        return QString(run, '`');
    }
    static bool meansSomething(const QString& mark) {
        return mark[0] == '~' ? mark.size() == 2 : mark.size() <= 3;
    }

    /// Code between runs of equally many backticks, from one on; false: the run has no other end.
    bool readCode(const QString& line, qsizetype& i, const MarkdownSpan& style) {
        const qsizetype run = ticksAt(line, i).size();
        for (qsizetype end = line.indexOf('`', i + run); end >= 0;) {
            const qsizetype other = ticksAt(line, end).size();
            if (other == run) {
                MarkdownSpan code = style;
                code.code = true;
                add(line.mid(i + run, end - i - run), code);
                i = end + run;
                return true;
            }
            end = line.indexOf('`', end + other);
        }
        return false;
    }

    /// What stands between a mark and its other end; false: it has none.
    bool readMarked(const QString& line, qsizetype& i, const QString& mark,
                    const MarkdownSpan& style) {
        const qsizetype end = meansSomething(mark) ? closing(line, i, mark) : -1;
        if (end < 0) return false;
        MarkdownSpan inner = style;
        if (mark[0] == '~') {
            inner.struck = true;
        } else {
            inner.italic = inner.italic || mark.size() != 2;
            inner.bold = inner.bold || mark.size() >= 2;
        }
        readInto(line.mid(i + mark.size(), end - i - mark.size()), inner);
        i = end + mark.size();
        return true;
    }

    std::vector<MarkdownSpan> m_spans;
};

}  // namespace

std::vector<MarkdownBlock> markdownBlocks(const QString& text) { return BlockReader(text).read(); }

std::vector<MarkdownSpan> markdownSpans(const QString& line) {
    if (line.size() > longest_styled_line) return {{.text = line}};
    return SpanReader().read(line);
}

}  // namespace plumb::ui
