// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace plumb::ui {

/// The one bar for what the user has to know: an error of the core, a note, a question with its
/// buttons. A newer message takes the place of an older one; an empty bar takes no room.
class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { error, note };
    using Action = std::pair<QString, std::function<void()>>;

    explicit MessageBar(QWidget* parent = nullptr);

    /// A button for every action, besides the one that closes the bar; each closes it.
    void showMessage(Kind kind, const QString& title, const QString& text,
                     std::vector<Action> actions = {});
    void clear();
    QString text() const;

Q_SIGNALS:
    /// The bar closes while the keyboard is in it: the keyboard has to go somewhere.
    void focusReleased();

private:
    QLabel* m_text;
    QHBoxLayout* m_buttons;
};

}  // namespace plumb::ui
