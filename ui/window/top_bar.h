// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include <QFrame>

class QButtonGroup;
class QLabel;
class QPushButton;

namespace plumb::ui {

/// What the top bar leads to.
struct PageTab {
    int page;
    const char* name;  ///< of the button: its objectName
    const char* text;
    const char* shortcut;  ///< its row in the table of shortcuts
};

/// The strip at the top: pages on the left, and what counts for the whole window on the right.
class TopBar : public QFrame {
    Q_OBJECT

public:
    explicit TopBar(std::span<const PageTab> tabs, QWidget* parent = nullptr);

    /// Marks the page's tab; none where the page has no tab.
    void setPage(int page);
    void setToolTip(int page, const QString& text);
    /// A word on the workspace, as that it is read-only.
    void setNotice(const QString& text);
    /// The button offers the theme that is not shown.
    void setDark(bool dark);

Q_SIGNALS:
    void pageChosen(int page);
    void newRunRequested();
    void keysRequested();
    void themeRequested();

private:
    QPushButton* addButton(const QString& name, const QString& text, const QString& toolTip);

    QButtonGroup* m_tabs;
    QPushButton* m_theme;
    QLabel* m_notice;
};

}  // namespace plumb::ui
