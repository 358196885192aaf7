// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QHBoxLayout;
class QPushButton;

namespace plumb::ui {

/// A way into the program: a badge, a title, what will be seen, and one button. A click anywhere on
/// the card presses the button.
class Card : public QFrame {
    Q_OBJECT

public:
    /// name: the objectName of the button is "card:" and this name. algorithm: of the badge; empty:
    /// none.
    Card(const QString& name, const QString& title, const QString& text, const QString& action,
         const QString& algorithm, QWidget* parent = nullptr);

    void setPrimary();
    void focusButton();
    /// A second, quieter button beside the first.
    QPushButton* addSecond(const QString& name, const QString& text);

Q_SIGNALS:
    void chosen();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    QPushButton* m_button;
    QHBoxLayout* m_buttons;
};

}  // namespace plumb::ui
