// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/text.h"
#include "common/theme.h"
#include "widgets/badge.h"

namespace plumb::ui {

Card::Card(const QString& name, const QString& title, const QString& text, const QString& action,
           const QString& algorithm, QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "card");
    setCursor(Qt::PointingHandCursor);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    auto* heading = new QLabel(title, this);
    heading->setProperty("role", "title");
    heading->setWordWrap(true);
    head->addWidget(heading, 1);
    if (!algorithm.isEmpty()) head->addWidget(new Badge(algorithm, this), 0, Qt::AlignTop);
    auto* body = new QLabel(text, this);
    body->setProperty("role", "muted");
    body->setWordWrap(true);
    body->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_button = new QPushButton(action, this);
    m_button->setObjectName("card:" + name);
    m_button->setAutoDefault(true);  // Return presses it, as Space does
    m_button->setAccessibleName(action + ": " + title);
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(8);
    m_buttons->addWidget(m_button);
    m_buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 12, 14, 12);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(body, 1);
    layout->addLayout(m_buttons);
    connect(m_button, &QPushButton::clicked, this, &Card::chosen);
}

void Card::setPrimary() { m_button->setProperty("primary", true); }

void Card::focusButton() { m_button->setFocus(); }

QPushButton* Card::addSecond(const QString& name, const QString& text) {
    auto* button = new QPushButton(text, this);
    button->setObjectName("card:" + name);
    button->setProperty("role", "flat");
    button->setAutoDefault(true);
    m_buttons->insertWidget(1, button);
    return button;
}

void Card::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        m_button->click();
}

}  // namespace plumb::ui
