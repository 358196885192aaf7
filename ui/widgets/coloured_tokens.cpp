// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/coloured_tokens.h"

#include <algorithm>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {

ColouredTokens::ColouredTokens(QWidget* parent) : TokenText(parent) {
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    connect(this, &TokenText::tokenChosen, viewport(), qOverload<>(&QWidget::update));
}

void ColouredTokens::show(const std::string& prompt, const std::string& completion,
                          const TokenData& tokens) {
    m_prompt = prompt;
    m_tokens = tokens;
    m_texts.clear();
    std::size_t at = 0;
    for (const std::int64_t bytes : tokens.bytes) {
        m_texts.push_back(
            completion.substr(std::min(at, completion.size()), static_cast<std::size_t>(bytes)));
        at += static_cast<std::size_t>(bytes);
    }
    rewrite();
    if (count() > 0) choose(0);
}

void ColouredTokens::colourBy(TokenQuantity quantity) {
    const auto before = chosen();
    m_quantity = quantity;
    rewrite();
    if (before) choose(*before);
}

std::optional<std::size_t> ColouredTokens::chosen() const {
    return tokenAt(textCursor().position());
}

void ColouredTokens::choose(std::size_t token) {
    if (token >= count()) return;
    QTextCursor cursor = textCursor();
    cursor.setPosition(beginOf(token));
    setTextCursor(cursor);
}

QString ColouredTokens::textOf(std::size_t token) const {
    const QString text = withLineEnds(toQString(m_texts[token]));
    return text.isEmpty() ? QString("\u00B7") : text;
}

QTextCharFormat ColouredTokens::formatOf(std::size_t token, const ColourScale& scale) const {
    QTextCharFormat format;
    format.setForeground(textColour(palette()));
    const auto value = token_value(m_tokens, m_quantity, token);
    if (!value) return format;
    const std::string colour = scale_colour(scale, *value, surfacesOf(palette()));
    format.setBackground(toColour(colour));
    format.setForeground(toColour(text_colour_on(colour)));
    if (m_quantity == TokenQuantity::clipped) {
        format.setFontOverline(*value > 0);
        format.setFontUnderline(*value < 0);
    }
    return format;
}

void ColouredTokens::write() {
    begin(toQString(m_prompt));
    const ColourScale scale = token_scale(m_tokens, m_quantity);
    for (std::size_t i = 0; i < count(); ++i) insert(textOf(i), formatOf(i, scale));
}

void ColouredTokens::keyPressEvent(QKeyEvent* event) {
    const bool plain = !(event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier));
    const auto now = chosen();
    if (plain && count() > 0 && event->key() == Qt::Key_Left) {
        choose(now && *now > 0 ? *now - 1 : 0);
    } else if (plain && count() > 0 && event->key() == Qt::Key_Right) {
        choose(now ? std::min(*now + 1, count() - 1) : 0);
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        event->ignore();
    } else {
        TokenText::keyPressEvent(event);
    }
}

void ColouredTokens::mouseMoveEvent(QMouseEvent* event) {
    TokenText::mouseMoveEvent(event);
    // The nearest gap between two characters may lie behind the one that the mouse is on.
    const QPoint at = event->position().toPoint();
    QTextCursor cursor = cursorForPosition(at);
    if (cursorRect(cursor).left() > at.x()) cursor.movePosition(QTextCursor::Left);
    Q_EMIT tokenHovered(tokenAt(cursor.position()));
}

void ColouredTokens::leaveEvent(QEvent* event) {
    TokenText::leaveEvent(event);
    Q_EMIT tokenHovered(std::nullopt);
}

void ColouredTokens::paintEvent(QPaintEvent* event) {
    TokenText::paintEvent(event);
    const auto token = chosen();
    if (!token) return;
    QPainter painter(viewport());
    painter.setPen(QPen(textColour(palette()), 2));
    QTextCursor cursor(document());
    // A frame around each line's share of the token.
    QRect line;
    for (int at = beginOf(*token); at <= endOf(*token); ++at) {
        cursor.setPosition(at);
        const QRect place = cursorRect(cursor);
        if (line.isNull() || place.top() != line.top()) {
            if (line.width() > 1) painter.drawRect(line);
            line = place;
        }
        line.setRight(std::max(line.right(), place.left() + 1));
    }
    if (line.width() > 2) painter.drawRect(line);
}

}  // namespace plumb::ui
