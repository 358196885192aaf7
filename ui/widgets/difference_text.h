// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextCharFormat>
#include <QTextEdit>

#include "analysis/word_diff.h"

namespace plumb::ui {

/// The colours of what the first of two texts alone has (removed), or the second.
QTextCharFormat differenceFormat(DiffPiece::Kind kind, const QPalette& palette);

/// Two texts in one: what the first alone has is struck out, what the second alone has is
/// underlined, each with a colour besides.
class DifferenceText : public QTextEdit {
    Q_OBJECT

public:
    explicit DifferenceText(QWidget* parent = nullptr);

    void show(std::vector<DiffPiece> pieces);

protected:
    void changeEvent(QEvent* event) override;

private:
    void write();

    std::vector<DiffPiece> m_pieces;
};

}  // namespace plumb::ui
