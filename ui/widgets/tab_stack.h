// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

class QHBoxLayout;
class QPushButton;
class QStackedWidget;

namespace plumb::ui {

/// Pages in one place, each behind a flat button above them. Only the page that is shown asks for
/// room.
class TabStack : public QWidget {
    Q_OBJECT

public:
    explicit TabStack(QWidget* parent = nullptr);

    /// name: the objectName of the button. The page belongs to the stack then; the first one added
    /// is shown.
    void addTab(const QString& name, const QString& text, QWidget* page);
    /// At the other end of the row of buttons.
    void addBeside(QWidget* widget);
    void setTabText(QWidget* page, const QString& text);
    QWidget* current() const;
    void setCurrent(QWidget* page);
    /// Where the page that is shown is hidden, the first one is shown.
    void setTabVisible(QWidget* page, bool visible);
    bool isTabVisible(QWidget* page) const;

Q_SIGNALS:
    /// Emitted before the layout has given the pages their new size.
    void currentChanged(QWidget* before, QWidget* now);

private:
    struct Tab {
        QPushButton* button;
        QWidget* page;
    };

    std::vector<Tab> m_tabs;
    QHBoxLayout* m_buttons;
    QStackedWidget* m_pages;
};

}  // namespace plumb::ui
