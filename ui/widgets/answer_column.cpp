// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/answer_column.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "common/elided_label.h"
#include "common/text.h"
#include "common/theme.h"
#include "models/completion_columns.h"
#include "widgets/label_text.h"

namespace plumb::ui {
namespace {

constexpr const char* gold_part = "gold";

QString stepText(const CompletionRecord& answer) {
    return QString(answer.held_out() ? "step %1" : "step %1, training").arg(answer.step);
}

/// "gold 0.820 · reward 1.200 · KL 3.10 · 45 tokens · cut"
QString factsOf(const CompletionRecord& answer) {
    QStringList facts;
    const auto gold = answer.reward_parts.find(gold_part);
    if (gold != answer.reward_parts.end()) facts << "gold " + numberText(gold->second);
    facts << "reward " + numberText(answer.reward);
    if (answer.kl && std::isfinite(*answer.kl)) facts << "KL " + numberText(answer.kl);
    facts << QString("%1 tokens").arg(answer.length) << (answer.ended ? "ended" : "cut");
    return facts.join(" \u00B7 ");
}

/// Every part of the reward, and the reference answer.
QString helpOf(const CompletionRecord& answer) {
    QStringList lines;
    for (const auto& [name, value] : answer.reward_parts)
        lines << toQString(name) + ": " + numberText(value);
    if (!answer.answer.empty()) lines << "reference answer: " + onOneLine(answer.answer);
    return lines.join("\n");
}

}  // namespace

AnswerColumn::AnswerColumn(int number, QWidget* parent) : QFrame(parent) {
    const QString end = QString::number(number);
    setObjectName("answerColumn" + end);
    setProperty("role", "panel");
    m_swatch = new QLabel(this);
    m_swatch->setFixedSize(10, 10);
    m_title = new ElidedLabel(this);
    m_title->setObjectName("answerTitle" + end);
    m_title->setProperty("role", "title");
    m_step = new QComboBox(this);
    m_step->setObjectName("answerStep" + end);
    m_step->setAccessibleName("Step of the answer");
    m_step->setToolTip("The evaluation whose answer is shown");
    m_step->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_facts = new QLabel(this);
    m_facts->setObjectName("answerFacts" + end);
    m_facts->setProperty("role", "small");
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setWordWrap(true);
    m_note = new QLabel(this);
    m_note->setObjectName("answerNote" + end);
    m_note->setProperty("role", "small");
    m_note->setWordWrap(true);
    m_note->hide();
    m_text = new LabelText("answerText" + end, "Answer", this);
    auto* head = new QHBoxLayout;
    head->setSpacing(6);
    head->addWidget(m_swatch);
    head->addWidget(m_title, 1);
    head->addWidget(m_step);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 6, 6);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_facts);
    layout->addWidget(m_note);
    layout->addWidget(m_text, 1);
    connect(m_step, &QComboBox::activated, this, [this](int index) {
        choose(index);
        if (const CompletionRecord* shown = answer()) Q_EMIT stepChosen(shown->step);
    });
}

void AnswerColumn::setSource(const QString& title, const QString& help, const std::string& colour) {
    m_title->setText(title);
    m_title->setToolTip(help);
    m_text->setAccessibleName("Answer of " + title);
    m_step->setAccessibleName("Step of the answer of " + title);
    m_colour = colour;
    colourSwatch();
}

void AnswerColumn::colourSwatch() {
    QPixmap picture(m_swatch->size());
    picture.fill(m_colour.empty() ? Qt::transparent : curveColour(m_colour, palette()));
    m_swatch->setPixmap(picture);
}

void AnswerColumn::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) colourSwatch();
}

void AnswerColumn::setAnswers(std::vector<CompletionRecord> answers, const QString& missing) {
    m_answers = std::move(answers);
    m_missing = missing;
    m_step->clear();
    for (const CompletionRecord& answer : m_answers) m_step->addItem(stepText(answer));
    m_step->setVisible(!m_answers.empty());
    if (m_answers.empty()) return showAnswer();
    if (m_wanted) return showStep(*m_wanted);
    m_step->setCurrentIndex(m_step->count() - 1);
    showAnswer();
}

void AnswerColumn::showStep(std::int64_t step) {
    m_wanted = step;
    if (m_answers.empty()) return;
    const auto nearest = std::ranges::min_element(
        m_answers, {},
        [step](const CompletionRecord& answer) { return std::abs(answer.step - step); });
    m_step->setCurrentIndex(static_cast<int>(nearest - m_answers.begin()));
    showAnswer();
}

void AnswerColumn::choose(int index) {
    // At the last one it stays at the last while the run goes on.
    const bool isLast = index + 1 == m_step->count();
    m_wanted =
        isLast ? std::nullopt : std::optional(m_answers[static_cast<std::size_t>(index)].step);
    showAnswer();
}

const CompletionRecord* AnswerColumn::answer() const {
    const int index = m_step->currentIndex();
    return m_answers.empty() || index < 0 ? nullptr : &m_answers[static_cast<std::size_t>(index)];
}

void AnswerColumn::showAnswer() {
    const CompletionRecord* shown = answer();
    m_facts->setText(shown ? factsOf(*shown) : m_missing);
    m_facts->setToolTip(shown ? helpOf(*shown) : QString());
    setNote({});
    m_text->show(shown ? shown->completion : std::string(), false);
}

void AnswerColumn::setNote(const QString& note) {
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

}  // namespace plumb::ui
