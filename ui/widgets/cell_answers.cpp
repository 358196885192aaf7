// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/cell_answers.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "widgets/answer_panel.h"
#include "widgets/text_differences.h"

namespace plumb::ui {
namespace {

constexpr int prompt_height = 96;

QString scoreText(const std::optional<double>& score) {
    return score ? QString::number(*score, 'g', 3) : QString();
}

}  // namespace

CellAnswers::CellAnswers(QWidget* parent) : QWidget(parent), m_title(new QLabel(this)) {
    setObjectName("cellAnswers");
    m_title->setObjectName("cellTitle");
    m_title->setProperty("role", "title");
    m_title->setWordWrap(true);
    const auto makeButton = [this](const char* name, const QString& text, const char* id, int by) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(name);
        button->setToolTip(keyText(id));
        connect(button, &QPushButton::clicked, this, [this, by] { step(by); });
        return button;
    };
    m_previous = makeButton("cellPrevious", "Previous", "comparePrevious", -1);
    m_next = makeButton("cellNext", "Next", "compareNext", 1);
    m_empty =
        new QLabel("Click on a cell of the matrix: the answers that decided it stand here.", this);
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_body = new QWidget(this);
    m_prompt = new AnswerPanel("cellPrompt", "PROMPT", m_body);
    m_prompt->setMaximumHeight(prompt_height);
    m_left = new AnswerPanel("cellLeft", "", m_body);
    m_right = new AnswerPanel("cellRight", "", m_body);
    auto* answers = new QHBoxLayout;
    answers->setSpacing(8);
    answers->addWidget(m_left, 1);
    answers->addWidget(m_right, 1);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(8);
    body->addWidget(m_prompt);
    body->addLayout(answers, 1);
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_previous);
    head->addWidget(m_next);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_empty, 1);
    scrollTogether(m_left->text(), m_right->text());
    addPageShortcut(this, "comparePrevious", [this] { step(-1); });
    addPageShortcut(this, "compareNext", [this] { step(1); });
    clear();
}

void CellAnswers::clear() {
    m_answers.reset();
    m_found.clear();
    m_title->clear();
    write();
}

void CellAnswers::show(std::shared_ptr<const JudgedAnswers> answers, const std::string& judge,
                       std::size_t first, std::size_t second) {
    m_answers = std::move(answers);
    m_judge = judge;
    m_first = first;
    m_second = second;
    m_place = 0;
    const auto found = cell_answers(*m_answers, judge, first, second);
    m_found = found.ok() ? *found : std::vector<CellAnswer>();
    write();
}

void CellAnswers::step(int by) {
    if (m_found.empty()) return;
    const auto last = static_cast<int>(m_found.size()) - 1;
    m_place = static_cast<std::size_t>(std::clamp(static_cast<int>(m_place) + by, 0, last));
    write();
}

void CellAnswers::write() {
    m_marking.request_stop();
    const bool any = !m_found.empty();
    m_body->setVisible(any);
    m_empty->setVisible(!any);
    m_previous->setVisible(any);
    m_next->setVisible(any);
    if (!any) return;
    const CellAnswer& place = m_found[m_place];
    const auto& models = m_answers->set.models;
    const QString first = toQString(models[m_first].name),
                  second = toQString(models[m_second].name);
    const QString outcome = place.outcome == DuelOutcome::tie
                                ? QString("a tie")
                                : (place.outcome == DuelOutcome::win ? first : second) + " won";
    m_title->setText(QString("%1 of %2: %3")
                         .arg(m_place + 1)
                         .arg(m_found.size())
                         .arg(first + " against " + second + ", " + outcome));
    m_previous->setEnabled(m_place > 0);
    m_next->setEnabled(m_place + 1 < m_found.size());
    const AnsweredPrompt& prompt = m_answers->texts.prompts[place.prompt];
    m_prompt->text().show(prompt.text, prompt.text.starts_with("[{"));
    m_prompt->setNote(prompt.answer.empty() ? QString()
                                            : "reference answer: " + toQString(prompt.answer));
    const auto fill = [&](AnswerPanel& panel, std::size_t model, const QString& name,
                          const std::optional<double>& score, bool won) {
        const KeptAnswer& answer = m_answers->texts.answers[model][place.prompt];
        panel.setTitle(name);
        panel.text().show(answer.completion, false);
        QStringList notes;
        if (score) notes << toQString(m_judge) + " " + scoreText(score);
        if (won) notes << "won";
        if (!answer.ended) notes << "cut at the most tokens";
        panel.setNote(notes.join(", "));
        panel.setChosen(false);
    };
    fill(*m_left, m_first, first, place.first_score, place.outcome == DuelOutcome::win);
    fill(*m_right, m_second, second, place.second_score, place.outcome == DuelOutcome::loss);
    mark();
}

void CellAnswers::mark() {
    m_left->text().unmark();
    m_right->text().unmark();
    m_marking = runInBackground(
        this,
        [left = toStd(m_left->text().toPlainText()), right = toStd(m_right->text().toPlainText())](
            const std::stop_token&) { return differencesOf(left, right); },
        [this](const TextDifferences& found) {
            m_left->text().mark(found.left, DiffPiece::Kind::removed);
            m_right->text().mark(found.right, DiffPiece::Kind::added);
        });
}

}  // namespace plumb::ui
