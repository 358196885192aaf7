// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tab_stack.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "common/shown_page.h"

namespace plumb::ui {

TabStack::TabStack(QWidget* parent) : QWidget(parent) {
    m_pages = new QStackedWidget(this);
    m_buttons = new QHBoxLayout;
    m_buttons->setContentsMargins(0, 0, 0, 0);
    m_buttons->setSpacing(4);
    m_buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(m_buttons);
    layout->addWidget(m_pages, 1);
}

void TabStack::addTab(const QString& name, const QString& text, QWidget* page) {
    auto* button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setProperty("role", "flat");
    button->setCheckable(true);
    m_buttons->insertWidget(static_cast<int>(m_tabs.size()), button);
    m_tabs.push_back({button, page});
    m_pages->addWidget(page);
    connect(button, &QPushButton::clicked, this, [this, page] { setCurrent(page); });
    setCurrent(m_tabs.size() == 1 ? page : current());
}

void TabStack::addBeside(QWidget* widget) { m_buttons->addWidget(widget); }

void TabStack::setTabText(QWidget* page, const QString& text) {
    for (const Tab& tab : m_tabs)
        if (tab.page == page) tab.button->setText(text);
}

QWidget* TabStack::current() const { return m_pages->currentWidget(); }

void TabStack::setCurrent(QWidget* page) {
    QWidget* before = current();
    for (const Tab& tab : m_tabs) tab.button->setChecked(tab.page == page);
    showPageAlone(*m_pages, *page);
    if (before != page) Q_EMIT currentChanged(before, page);
}

void TabStack::setTabVisible(QWidget* page, bool visible) {
    for (const Tab& tab : m_tabs)
        if (tab.page == page) tab.button->setVisible(visible);
    if (!visible && current() == page) setCurrent(m_tabs.front().page);
}

bool TabStack::isTabVisible(QWidget* page) const {
    for (const Tab& tab : m_tabs)
        if (tab.page == page) return !tab.button->isHidden();
    return false;
}

}  // namespace plumb::ui
