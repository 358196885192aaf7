// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/difference_text.h"

#include <QEvent>

#include "analysis/colour_scale.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

/// On the scale from -1 to 1, whose ends colour-blind people tell apart; text is readable on it.
constexpr double removed_value = 0.35, added_value = -0.35;

}  // namespace

QTextCharFormat differenceFormat(DiffPiece::Kind kind, const QPalette& palette) {
    const double value = kind == DiffPiece::Kind::removed ? removed_value : added_value;
    const std::string colour = scale_colour({-1, 0, 1}, value, surfacesOf(palette));
    QTextCharFormat format;
    format.setBackground(toColour(colour));
    format.setForeground(toColour(text_colour_on(colour)));
    return format;
}

DifferenceText::DifferenceText(QWidget* parent) : QTextEdit(parent) {
    setReadOnly(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(monospacedFont());
}

void DifferenceText::show(std::vector<DiffPiece> pieces) {
    m_pieces = std::move(pieces);
    write();
}

void DifferenceText::write() {
    clear();
    QTextCursor cursor(document());
    for (const DiffPiece& piece : m_pieces) {
        QTextCharFormat format;
        format.setForeground(textColour(palette()));
        if (piece.kind != DiffPiece::Kind::same) {
            const bool removed = piece.kind == DiffPiece::Kind::removed;
            format = differenceFormat(piece.kind, palette());
            format.setFontStrikeOut(removed);
            format.setFontUnderline(!removed);
        }
        cursor.insertText(toQString(piece.text), format);
    }
    moveCursor(QTextCursor::Start);
}

void DifferenceText::changeEvent(QEvent* event) {
    QTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) write();
}

}  // namespace plumb::ui
