// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/token_text.h"

#include <algorithm>

#include <QEvent>

#include "common/theme.h"

namespace plumb::ui {

QString withLineEnds(QString text) { return text.replace("\n", "\u21B5\n"); }

TokenText::TokenText(QWidget* parent) : QTextEdit(parent) {
    setReadOnly(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(monospacedFont());
    setAcceptRichText(false);
    connect(this, &QTextEdit::cursorPositionChanged, this,
            [this] { Q_EMIT tokenChosen(tokenAt(textCursor().position())); });
}

void TokenText::begin(const QString& prompt) {
    clear();
    m_ends.clear();
    QTextCharFormat muted;
    muted.setForeground(mutedColour(palette()));
    QTextCursor cursor(document());
    cursor.insertText(prompt, muted);
    m_promptEnd = cursor.position();
}

void TokenText::insert(const QString& text, const QTextCharFormat& format) {
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(text, format);
    m_ends.push_back(cursor.position());
}

void TokenText::rewrite() {
    const QSignalBlocker blocker(this);
    write();
}

std::optional<std::size_t> TokenText::tokenAt(int position) const {
    if (position < m_promptEnd) return std::nullopt;
    const auto end = std::ranges::upper_bound(m_ends, position);
    if (end == m_ends.end()) return std::nullopt;
    return static_cast<std::size_t>(end - m_ends.begin());
}

void TokenText::chooseFirst() {
    if (m_ends.empty() || tokenAt(textCursor().position())) return;
    QTextCursor cursor = textCursor();
    cursor.setPosition(m_promptEnd);
    setTextCursor(cursor);
}

int TokenText::beginOf(std::size_t token) const {
    return token == 0 ? m_promptEnd : m_ends[token - 1];
}

void TokenText::changeEvent(QEvent* event) {
    QTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) rewrite();
}

}  // namespace plumb::ui
