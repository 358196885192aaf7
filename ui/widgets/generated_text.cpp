// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/generated_text.h"

#include <algorithm>

#include <QEvent>
#include <QScrollBar>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

/// The shade of a token that was all but impossible; text stays readable on it.
constexpr double strongest_shade = 0.45;

/// As it is shown: a special token by its name, a line end that can be seen.
QString shownText(const GeneratedToken& token) {
    QString text = toQString(token.text);
    return token.special ? text : text.replace("\n", "\u21B5\n");
}

}  // namespace

GeneratedText::GeneratedText(QWidget* parent) : QTextEdit(parent) {
    setReadOnly(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(monospacedFont());
    setAcceptRichText(false);
    connect(this, &QTextEdit::cursorPositionChanged, this, &GeneratedText::tellChosen);
}

void GeneratedText::begin(const QString& prompt) {
    m_prompt = prompt;
    m_tokens.clear();
    m_ends.clear();
    shadeAll();
}

void GeneratedText::append(const std::vector<GeneratedToken>& tokens) {
    // Follows the text unless somebody has scrolled up to read.
    QScrollBar* bar = verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    for (const GeneratedToken& token : tokens) {
        m_tokens.push_back(token);
        insert(token);
    }
    if (atEnd) bar->setValue(bar->maximum());
}

void GeneratedText::insert(const GeneratedToken& token) {
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(shownText(token), formatOf(token));
    m_ends.push_back(cursor.position());
}

void GeneratedText::shadeAll() {
    const QSignalBlocker blocker(this);
    clear();
    QTextCharFormat muted;
    muted.setForeground(mutedColour(palette()));
    QTextCursor cursor(document());
    cursor.insertText(m_prompt, muted);
    m_ends.clear();
    for (const GeneratedToken& token : m_tokens) insert(token);
}

QTextCharFormat GeneratedText::formatOf(const GeneratedToken& token) const {
    QTextCharFormat format;
    QColor shade = accentColour(palette());
    shade.setAlphaF(static_cast<float>(strongest_shade * (1.0 - token.probability)));
    format.setBackground(shade);
    format.setForeground(token.special ? mutedColour(palette()) : textColour(palette()));
    return format;
}

std::optional<std::size_t> GeneratedText::tokenAt(int position) const {
    if (position < m_prompt.size()) return std::nullopt;
    const auto end = std::ranges::upper_bound(m_ends, position);
    if (end == m_ends.end()) return std::nullopt;
    return static_cast<std::size_t>(end - m_ends.begin());
}

void GeneratedText::tellChosen() { Q_EMIT tokenChosen(tokenAt(textCursor().position())); }

void GeneratedText::changeEvent(QEvent* event) {
    QTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) shadeAll();
}

}  // namespace plumb::ui
