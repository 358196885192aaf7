// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/message_bar.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>

#include "common/layouts.h"

namespace plumb::ui {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
    setObjectName("messageBar");
    m_text = new QLabel(this);
    m_text->setObjectName("messageText");
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(8);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 8, 8, 8);
    layout->addWidget(m_text, 1);
    layout->addLayout(m_buttons);
    hide();
}

void MessageBar::showMessage(Kind kind, const QString& title, const QString& text,
                             std::vector<Action> actions) {
    clear();
    setProperty("role", kind == Kind::error ? "banner-error" : "banner-note");
    style()->unpolish(this);
    style()->polish(this);
    m_text->setText(title.isEmpty() ? text : title + "\n" + text);
    actions.emplace_back("Close", [] {});
    for (std::size_t i = 0; i < actions.size(); ++i) {
        auto* button = new QPushButton(actions[i].first, this);
        const bool close = i + 1 == actions.size();
        button->setObjectName(close ? QString("messageClose") : QString("messageAction%1").arg(i));
        if (close) button->setProperty("role", "flat");
        connect(button, &QPushButton::clicked, this, [this, act = actions[i].second] {
            clear();
            act();
        });
        m_buttons->addWidget(button);
    }
    show();
}

void MessageBar::clear() {
    const QWidget* focused = QApplication::focusWidget();
    if (focused && isAncestorOf(focused)) Q_EMIT focusReleased();
    clearLayout(*m_buttons);
    m_text->clear();
    hide();
}

QString MessageBar::text() const { return m_text->text(); }

}  // namespace plumb::ui
