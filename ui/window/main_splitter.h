// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSplitter>

namespace plumb::ui {

/// Runs, page and settings beside each other. The panels are as wide as suits the window until the
/// user moves one; from then on, over restarts too, they are as the user left them.
class MainSplitter : public QSplitter {
    Q_OBJECT

public:
    MainSplitter(QWidget* runs, QWidget* page, QWidget* settings, QWidget* parent = nullptr);

    /// After a panel was shown or hidden.
    void settle();
    /// Empty as long as the user has moved nothing.
    QByteArray kept() const { return m_moved ? saveState() : QByteArray(); }
    void restore(const QByteArray& kept);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    bool m_moved = false;
};

}  // namespace plumb::ui
