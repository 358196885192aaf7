// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/generated_text.h"

#include <QScrollBar>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

/// The shade of a token that was all but impossible; text stays readable on it.
constexpr double strongest_shade = 0.45;

}  // namespace

void GeneratedText::begin(const QString& prompt) {
    m_prompt = prompt;
    m_tokens.clear();
    rewrite();
}

void GeneratedText::append(const std::vector<GeneratedToken>& tokens) {
    // Follows the text unless somebody has scrolled up to read.
    QScrollBar* bar = verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    for (const GeneratedToken& token : tokens) {
        m_tokens.push_back(token);
        add(token);
    }
    if (atEnd) bar->setValue(bar->maximum());
}

void GeneratedText::write() {
    TokenText::begin(m_prompt);
    for (const GeneratedToken& token : m_tokens) add(token);
}

void GeneratedText::add(const GeneratedToken& token) {
    QColor shade = accentColour(palette());
    shade.setAlphaF(static_cast<float>(strongest_shade * (1.0 - token.probability)));
    QTextCharFormat format;
    format.setBackground(shade);
    format.setForeground(token.special ? mutedColour(palette()) : textColour(palette()));
    const QString text = toQString(token.text);
    // A special token is shown by its name.
    insert(token.special ? text : withLineEnds(text), format);
}

}  // namespace plumb::ui
