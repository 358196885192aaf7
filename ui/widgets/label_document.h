// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPalette>
#include <QTextCursor>

#include "common/markdown.h"

class QTextDocument;

namespace plumb::ui {

/// Writes prompts and answers into a document in place of what it had. Everything is inserted as
/// text in formats of its own: no HTML is read, and no image or link is made.
class LabelDocument {
public:
    LabelDocument(QTextDocument& document, const QFont& font, const QPalette& palette);

    /// The head of a turn of a conversation.
    void addRole(const QString& role);
    void addPlain(const QString& text);
    void addMarkdown(const QString& text);
    void finish();

private:
    /// A new block, or the document's first.
    void begin(const QTextBlockFormat& block, const QTextCharFormat& format);
    QTextBlockFormat blockFormat(int above = 0) const;
    /// On a ground of its own, which lines lie on without gaps.
    QTextBlockFormat groundFormat(const QColor& towards, double share, int above = 0) const;
    void addBlock(const MarkdownBlock& block);
    void addTable(const MarkdownBlock& table);
    void addSpans(const QString& line, const QTextCharFormat& format);
    QTextCharFormat codeFormat() const;

    QTextCursor m_cursor;
    QFont m_font;
    QPalette m_palette;
    QTextCharFormat m_text, m_muted;
    bool m_empty = true;
};

}  // namespace plumb::ui
