// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/duel_view.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "models/completion_columns.h"
#include "widgets/answer_panel.h"
#include "widgets/label_text.h"
#include "widgets/text_differences.h"

namespace plumb::ui {
namespace {

constexpr int usual_width = 820, usual_height = 560;

struct Choice {
    std::optional<DuelOutcome> outcome;
    const char* text;
};
constexpr Choice choices[] = {{std::nullopt, "all"},
                              {DuelOutcome::win, "won"},
                              {DuelOutcome::loss, "lost"},
                              {DuelOutcome::tie, "tied"}};

QString wordOf(DuelOutcome outcome) {
    if (outcome == DuelOutcome::tie) return "tied";
    return outcome == DuelOutcome::win ? "won" : "lost";
}

QToolButton* makeButton(const char* name, const QString& text, const QString& help,
                        QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(help);
    button->setAccessibleName(help);
    return button;
}

}  // namespace

DuelView::DuelView(QWidget* parent) : QDialog(parent) {
    setObjectName("duelView");
    resize(usual_width, usual_height);
    m_prompt = new AnswerPanel("duelPrompt", "PROMPT", this);
    auto* both = new QSplitter(Qt::Vertical, this);
    auto* answers = new QSplitter(Qt::Horizontal, both);
    m_left = new AnswerPanel("duelLeft", "", answers);
    m_right = new AnswerPanel("duelRight", "", answers);
    both->addWidget(m_prompt);
    both->addWidget(answers);
    for (QSplitter* splitter : {both, answers}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(8);
    }
    both->setSizes({130, 380});
    both->setStretchFactor(1, 1);
    answers->setSizes({1, 1});
    scrollTogether(m_left->text(), m_right->text());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 12);
    layout->setSpacing(8);
    makeHead();
    layout->addWidget(both, 1);
    for (AnswerPanel* panel : {m_left, m_right})
        connect(&panel->text(), &LabelText::written, this, &DuelView::compare);
    makeKeys();
}

DuelView::~DuelView() { m_comparing.request_stop(); }

void DuelView::makeHead() {
    m_title = new ElidedLabel(this);
    m_title->setObjectName("duelTitle");
    m_title->setProperty("role", "title");
    m_filter = new QComboBox(this);
    m_filter->setObjectName("duelFilter");
    m_filter->setAccessibleName("Which prompts");
    m_filter->setToolTip("Which prompts, as the first model sees them  " + keyText("duelFilter"));
    m_place = new QLabel(this);
    m_place->setObjectName("duelPlace");
    m_place->setProperty("role", "muted");
    m_previous =
        makeButton("duelPrevious", "\u2190", "The prompt before  " + keyText("duelPrevious"), this);
    m_next = makeButton("duelNext", "\u2192", "The next prompt  " + keyText("duelNext"), this);
    m_differences = makeButton("duelDifferences", "Differences",
                               "Marks what differs  " + keyText("duelDifferences"), this);
    m_differences->setCheckable(true);
    m_note = new QLabel(this);
    m_note->setObjectName("duelNote");
    m_note->setProperty("role", "muted");
    m_note->setWordWrap(true);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_title, 1);
    head->addWidget(m_differences);
    head->addWidget(m_filter);
    head->addWidget(m_place);
    head->addWidget(m_previous);
    head->addWidget(m_next);
    auto* whole = static_cast<QVBoxLayout*>(layout());
    whole->addLayout(head);
    whole->addWidget(m_note);
    connect(m_filter, &QComboBox::activated, this,
            [this](int index) { setFilter(choices[index].outcome); });
    connect(m_previous, &QToolButton::clicked, this, [this] { go(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { go(1); });
    connect(m_differences, &QToolButton::toggled, this, &DuelView::compare);
}

void DuelView::makeKeys() {
    addPageShortcut(this, "duelPrevious", [this] { go(-1); });
    addPageShortcut(this, "duelNext", [this] { go(1); });
    addPageShortcut(this, "duelDifferences", [this] { m_differences->toggle(); });
    addPageShortcut(this, "duelFilter", [this] {
        const int next = (m_filter->currentIndex() + 1) % m_filter->count();
        setFilter(choices[next].outcome);
    });
}

void DuelView::show(std::shared_ptr<const ShownSet> set, const std::string& judge,
                    std::size_t first, std::size_t second) {
    const bool isOther = m_set != set || m_judge != judge || m_first != first || m_second != second;
    m_set = std::move(set);
    m_judge = judge;
    m_first = first;
    m_second = second;
    const auto names = m_set->answers.model_names();
    const QString title =
        QString("%1 over %2, judged by %3")
            .arg(toQString(names[first]), toQString(names[second]), toQString(judge));
    m_title->setText(title);
    setWindowTitle(title);
    auto duels = cell_answers(m_set->answers, judge, first, second);
    m_note->setText(duels.ok() ? QString() : toQString(duels.error().message));
    m_all = duels.ok() ? std::move(*duels) : std::vector<CellAnswer>();
    if (isOther) {
        m_outcome.reset();
        m_current = 0;
    }
    fillFilter();
    filter();
    QDialog::show();
    raise();
    activateWindow();
}

void DuelView::fillFilter() {
    m_filter->clear();
    for (const Choice& choice : choices) {
        const auto count = choice.outcome
                               ? std::ranges::count(m_all, *choice.outcome, &CellAnswer::outcome)
                               : std::ssize(m_all);
        m_filter->addItem(QString("%1 (%2)").arg(choice.text).arg(count));
    }
}

void DuelView::setFilter(std::optional<DuelOutcome> outcome) {
    m_outcome = outcome;
    m_current = 0;
    filter();
}

void DuelView::filter() {
    m_shown.clear();
    for (const CellAnswer& duel : m_all)
        if (!m_outcome || duel.outcome == *m_outcome) m_shown.push_back(duel);
    const auto at = std::ranges::find(choices, m_outcome, &Choice::outcome);
    m_filter->setCurrentIndex(static_cast<int>(at - std::begin(choices)));
    showCurrent();
}

void DuelView::go(int by) {
    const int last = static_cast<int>(m_shown.size()) - 1;
    const int next = std::clamp(m_current + by, 0, std::max(0, last));
    if (std::exchange(m_current, next) != next) showCurrent();
}

std::optional<std::size_t> DuelView::prompt() const {
    if (m_shown.empty()) return std::nullopt;
    return m_shown[static_cast<std::size_t>(m_current)].prompt;
}

void DuelView::showCurrent() {
    const auto at = prompt();
    const auto count = static_cast<int>(m_shown.size());
    m_place->setText(at ? QString("%1 of %2").arg(m_current + 1).arg(count) : QString("none"));
    m_previous->setEnabled(m_current > 0);
    m_next->setEnabled(m_current + 1 < count);
    if (at) m_note->clear();
    if (!at && m_note->text().isEmpty())
        m_note->setText(m_all.empty()
                            ? "The judge compared the two on no prompt."
                            : "No prompt was " + m_filter->currentText().section(' ', 0, 0) +
                                  "; choose others above.");
    m_note->setVisible(!m_note->text().isEmpty());
    for (AnswerPanel* panel : {m_prompt, m_left, m_right}) panel->setVisible(at.has_value());
    if (!at) return;
    const CellAnswer& duel = m_shown[static_cast<std::size_t>(m_current)];
    const AnsweredPrompt& asked = m_set->answers.texts.prompts[*at];
    m_prompt->text().show(asked.text, false);
    m_prompt->setNote(asked.answer.empty() ? QString()
                                           : "reference answer: " + toQString(asked.answer));
    showAnswer(*m_left, m_first, duel, true);
    showAnswer(*m_right, m_second, duel, false);
}

void DuelView::showAnswer(AnswerPanel& panel, std::size_t model, const CellAnswer& duel,
                          bool isFirst) {
    const KeptAnswer& answer = m_set->answers.texts.answers[model][duel.prompt];
    const DuelOutcome outcome = isFirst ? duel.outcome : reversed(duel.outcome);
    const auto& score = isFirst ? duel.first_score : duel.second_score;
    panel.setTitle(toQString(m_set->answers.set.models[model].name));
    panel.setChosen(outcome == DuelOutcome::win, wordOf(outcome));
    QStringList facts;
    if (outcome != DuelOutcome::win) facts << wordOf(outcome);
    if (score) facts << toQString(m_judge) + " " + numberText(score);
    facts << QString("%1 tokens").arg(answer.tokens.size());
    if (!answer.ended) facts << "cut";
    panel.setNote(facts.join(" \u00B7 "));
    panel.text().show(answer.completion, false);
}

void DuelView::compare() {
    m_comparing.request_stop();
    m_left->text().unmark();
    m_right->text().unmark();
    if (!m_differences->isChecked() || !prompt()) return;
    m_comparing = runInBackground(
        this,
        [left = toStd(m_left->text().toPlainText()), right = toStd(m_right->text().toPlainText())](
            const std::stop_token&) { return textDifferences(left, right); },
        [this](const TextDifferences& found) {
            m_left->text().mark(found.first, DiffPiece::Kind::removed);
            m_right->text().mark(found.second, DiffPiece::Kind::added);
        });
}

}  // namespace plumb::ui
