// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_item_view.h"

#include <algorithm>

#include <QScrollBar>

#include "common/background.h"
#include "common/text.h"
#include "widgets/answer_panel.h"
#include "widgets/label_text.h"
#include "widgets/text_differences.h"

namespace plumb::ui {

LabelItemView::LabelItemView(QWidget* parent) : QSplitter(Qt::Vertical, parent) {
    setObjectName("labelItem");
    setChildrenCollapsible(false);
    setHandleWidth(8);
    auto* answers = new QSplitter(Qt::Horizontal, this);
    answers->setChildrenCollapsible(false);
    answers->setHandleWidth(10);
    m_prompt = new AnswerPanel("labelPrompt", "PROMPT", this);
    m_left = new AnswerPanel("labelLeft", "LEFT", answers);
    m_right = new AnswerPanel("labelRight", "RIGHT", answers);
    addWidget(m_prompt);
    answers->addWidget(m_left);
    answers->addWidget(m_right);
    addWidget(answers);
    setSizes({130, 380});
    setStretchFactor(1, 1);
    answers->setSizes({1, 1});
    scrollTogether(m_left->text(), m_right->text());
    for (AnswerPanel* panel : {m_prompt, m_left, m_right})
        connect(&panel->text(), &LabelText::sizeRequested, this, &LabelItemView::sizeRequested);
    for (AnswerPanel* panel : {m_left, m_right})
        connect(&panel->text(), &LabelText::written, this, &LabelItemView::compare);
}

void LabelItemView::show(const LabelItem& item, bool aIsLeft, const Verdict* verdict, bool named) {
    m_two = item.answer_b.has_value();
    const bool aLeft = aIsLeft || !m_two;
    const std::string other = item.answer_b.value_or("");
    m_prompt->text().show(item.prompt, item.prompt_is_chat);
    m_left->text().show(aLeft ? item.answer_a : other, item.answers_are_chat);
    m_right->text().show(aLeft ? other : item.answer_a, item.answers_are_chat);
    m_right->setVisible(m_two);
    const bool names = named && m_two;
    m_left->setTitle(!m_two ? "ANSWER" : !names ? "LEFT" : aLeft ? "LEFT (A)" : "LEFT (B)");
    m_right->setTitle(!names ? "RIGHT" : aLeft ? "RIGHT (B)" : "RIGHT (A)");
    const auto seen = verdict ? std::optional(seen_choice(*verdict)) : std::nullopt;
    m_left->setChosen(seen == SeenChoice::left || seen == SeenChoice::good);
    m_right->setChosen(seen == SeenChoice::right);
}

void LabelItemView::setDifferences(bool shown) {
    m_differences = shown;
    compare();
}

void LabelItemView::setFormatted(bool formatted) {
    for (AnswerPanel* panel : {m_prompt, m_left, m_right}) panel->text().setFormatted(formatted);
}

void LabelItemView::setTextSize(int pixels) {
    for (AnswerPanel* panel : {m_prompt, m_left, m_right}) panel->text().setTextSize(pixels);
}

void LabelItemView::compare() {
    m_comparing.request_stop();
    m_left->text().unmark();
    m_right->text().unmark();
    m_left->setNote({});
    if (!m_differences || !m_two) return;
    // The documents' own texts: their characters count as the marks do, formatted or not.
    m_comparing = runInBackground(
        this,
        [left = toStd(m_left->text().toPlainText()), right = toStd(m_right->text().toPlainText())](
            const std::stop_token&) { return differencesOf(left, right); },
        [this](const TextDifferences& found) {
            m_left->text().mark(found.left, DiffPiece::Kind::removed);
            m_right->text().mark(found.right, DiffPiece::Kind::added);
            if (found.too_many) m_left->setNote("too different to be marked word by word");
        });
}

void LabelItemView::scroll(double views) {
    // The longer one leads, so that the shorter follows to its end.
    QScrollBar* left = m_left->text().verticalScrollBar();
    QScrollBar* right = m_right->text().verticalScrollBar();
    QScrollBar* longer = m_two && right->maximum() > left->maximum() ? right : left;
    longer->setValue(longer->value() + qRound(views * longer->pageStep()));
}

void LabelItemView::copySelection() {
    for (AnswerPanel* panel : {m_prompt, m_left, m_right})
        if (panel->text().textCursor().hasSelection()) return panel->text().copy();
}

}  // namespace plumb::ui
