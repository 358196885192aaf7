// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/answer_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/elided_label.h"
#include "common/text.h"
#include "widgets/label_text.h"

namespace plumb::ui {

AnswerPanel::AnswerPanel(const QString& name, const QString& title, QWidget* parent)
    : QFrame(parent), m_text(new LabelText(name, title, this)) {
    setProperty("role", "panel");
    m_title = new QLabel(title, this);
    m_title->setProperty("role", "section");
    m_chosen = new QLabel("your verdict", this);
    m_chosen->setObjectName(name + "Chosen");
    m_chosen->setProperty("role", "changed");
    m_chosen->hide();
    m_notice = new ElidedLabel(this);
    m_notice->setObjectName(name + "Notice");
    m_notice->setProperty("role", "small");
    m_notice->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_more = new QPushButton("More", this);
    m_more->setObjectName(name + "More");
    m_more->setProperty("role", "flat");
    m_more->setFocusPolicy(Qt::NoFocus);
    m_more->setToolTip("Show as much again");
    m_more->hide();
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_title);
    head->addWidget(m_chosen);
    head->addWidget(m_notice, 1);
    head->addWidget(m_more);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 10, 6, 8);
    layout->setSpacing(6);
    layout->addLayout(head);
    layout->addWidget(m_text, 1);
    connect(m_more, &QPushButton::clicked, m_text, &LabelText::showMore);
    connect(m_text, &LabelText::written, this, &AnswerPanel::tell);
}

void AnswerPanel::setChosen(bool chosen) {
    m_chosen->setVisible(chosen);
    if (property("chosen").toBool() == chosen) return;
    setProperty("chosen", chosen);
    style()->unpolish(this);
    style()->polish(this);
}

void AnswerPanel::setTitle(const QString& title) { m_title->setText(title); }

void AnswerPanel::setTitleColour(const QString& colour) {
    m_title->setStyleSheet(colour.isEmpty() ? QString() : "color: " + colour);
}

void AnswerPanel::setNote(const QString& note) {
    m_note = note;
    tell();
}

void AnswerPanel::tell() {
    const bool cut = m_text->isCut();
    const QString beginning =
        QString("the first %1 characters of %2")
            .arg(QLocale(QLocale::English).toString(qlonglong(m_text->shownCharacters())),
                 toQString(format_bytes(m_text->size())));
    m_notice->setText(cut && !m_note.isEmpty() ? beginning + "; " + m_note
                      : cut                    ? beginning
                                               : m_note);
    m_more->setVisible(cut);
}

}  // namespace plumb::ui
