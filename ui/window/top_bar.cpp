// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/top_bar.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "common/shortcuts.h"

namespace plumb::ui {

TopBar::TopBar(std::span<const PageTab> tabs, QWidget* parent) : QFrame(parent) {
    setProperty("role", "topbar");
    auto* name = new QLabel("Plumbline", this);
    name->setProperty("role", "title");
    m_tabs = new QButtonGroup(this);
    m_notice = new QLabel(this);
    m_notice->setObjectName("notice");
    m_notice->setProperty("role", "small");
    auto* keys =
        addButton("shortcutsButton", "Keys  " + keyText("showShortcuts"), "All keys of the window");
    m_theme = addButton("themeButton", {}, "Light or dark (" + keyText("theme") + ")");
    auto* newRun = new QPushButton("New run  " + keyText("newRun"), this);
    newRun->setObjectName("newRunButton");

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 5, 12, 5);
    layout->setSpacing(4);
    layout->addWidget(name);
    layout->addSpacing(12);
    for (const PageTab& tab : tabs) {
        auto* button = new QPushButton(tab.text, this);
        button->setObjectName(tab.name);
        button->setProperty("role", "tab");
        button->setCheckable(true);
        button->setToolTip(keyText(tab.shortcut));
        m_tabs->addButton(button, tab.page);
        layout->addWidget(button);
    }
    layout->addStretch();
    layout->addWidget(m_notice);
    layout->addWidget(keys);
    layout->addWidget(m_theme);
    layout->addWidget(newRun);

    connect(m_tabs, &QButtonGroup::idClicked, this, &TopBar::pageChosen);
    connect(newRun, &QPushButton::clicked, this, &TopBar::newRunRequested);
    connect(keys, &QPushButton::clicked, this, &TopBar::keysRequested);
    connect(m_theme, &QPushButton::clicked, this, &TopBar::themeRequested);
}

QPushButton* TopBar::addButton(const QString& name, const QString& text, const QString& toolTip) {
    auto* button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setProperty("role", "flat");
    button->setToolTip(toolTip);
    return button;
}

void TopBar::setPage(int page) {
    m_tabs->setExclusive(false);
    for (QAbstractButton* tab : m_tabs->buttons()) tab->setChecked(m_tabs->id(tab) == page);
    m_tabs->setExclusive(m_tabs->button(page) != nullptr);
}

void TopBar::setToolTip(int page, const QString& text) { m_tabs->button(page)->setToolTip(text); }

void TopBar::setNotice(const QString& text) { m_notice->setText(text); }

void TopBar::setDark(bool dark) { m_theme->setText(dark ? "Light" : "Dark"); }

}  // namespace plumb::ui
