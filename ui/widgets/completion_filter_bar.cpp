// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/completion_filter_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "models/completion_columns.h"

namespace plumb::ui {
namespace {

/// A search is not begun before a word is typed.
constexpr int typing_pause_ms = 250;
constexpr int edge_width = 66, prompts_width = 240;
constexpr int most_prompt_characters = 60;

enum Steps { all_steps, shown_step, range_of_steps };
enum Prompts { all_prompts, pinned_prompts, first_prompt };

std::optional<std::int64_t> stepIn(const QLineEdit* edit) {
    return parse_int(toStd(edit->text().trimmed()));
}
std::optional<double> numberIn(const QLineEdit* edit) {
    return parse_double(toStd(edit->text().trimmed()));
}

void markInvalid(QLineEdit* edit, bool invalid, const QString& why) {
    edit->setToolTip(invalid ? why : QString());
    if (edit->property("invalid").toBool() == invalid) return;
    edit->setProperty("invalid", invalid);
    edit->style()->unpolish(edit);
    edit->style()->polish(edit);
}

}  // namespace

CompletionFilterBar::CompletionFilterBar(QWidget* parent) : QWidget(parent) {
    m_search = new QLineEdit(this);
    m_search->setObjectName("completionSearch");
    m_search->setAccessibleName("Search the texts of prompts and completions");
    m_search->setPlaceholderText("Search prompts and completions  /");
    m_search->setClearButtonEnabled(true);
    m_steps = addChoice("completionSteps", "Steps", {"All steps", "The shown step", "Steps"});
    m_firstStep = addEdge("completionFirstStep", "First step", "from");
    m_lastStep = addEdge("completionLastStep", "Last step", "to");
    m_number = addChoice("completionNumber", "Number that is limited", {});
    m_least = addEdge("completionLeast", "Least value of the number", "from");
    m_most = addEdge("completionMost", "Largest value of the number", "to");
    m_ended = addChoice("completionEnded", "How they ended", {"Ended or cut", "Ended", "Cut"});
    m_source = addChoice("completionSource", "Where they are from",
                         {"Training and evaluations", "Training", "Evaluations"});
    m_prompts = addChoice("completionPrompts", "Prompts", {});
    m_prompts->setMaximumWidth(prompts_width);
    m_prompts->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_prompts->setMinimumContentsLength(16);
    setParts({});
    setPinned({});

    auto* first = new QHBoxLayout;
    first->setSpacing(6);
    first->addWidget(m_search, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_steps, m_firstStep, m_lastStep,
                                                           m_number, m_least, m_most})
        first->addWidget(widget);
    m_second = new QHBoxLayout;
    m_second->setSpacing(6);
    for (QComboBox* choice : {m_ended, m_source, m_prompts}) m_second->addWidget(choice);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(6);
    rows->addLayout(first);
    rows->addLayout(m_second);

    m_typing.setSingleShot(true);
    m_typing.setInterval(typing_pause_ms);
    connect(&m_typing, &QTimer::timeout, this, &CompletionFilterBar::changed);
    for (QLineEdit* edit : {m_search, m_firstStep, m_lastStep, m_least, m_most}) {
        connect(edit, &QLineEdit::textChanged, this, [this] {
            checkEdges();
            m_typing.start();
        });
        connect(edit, &QLineEdit::returnPressed, this, [this] {
            m_typing.stop();
            Q_EMIT changed();
        });
    }
    for (QComboBox* choice : {m_steps, m_number, m_ended, m_source, m_prompts})
        connect(choice, &QComboBox::currentIndexChanged, this, [this] {
            refresh();
            Q_EMIT changed();
        });
    refresh();
}

QComboBox* CompletionFilterBar::addChoice(const QString& name, const QString& label,
                                          const QStringList& texts) {
    auto* choice = new QComboBox(this);
    choice->setObjectName(name);
    choice->setAccessibleName(label);
    choice->addItems(texts);
    return choice;
}

QLineEdit* CompletionFilterBar::addEdge(const QString& name, const QString& label,
                                        const QString& placeholder) {
    auto* edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setAccessibleName(label);
    edit->setPlaceholderText(placeholder);
    edit->setFixedWidth(edge_width);
    return edit;
}

void CompletionFilterBar::setParts(const std::vector<std::string>& parts) {
    using Kind = CompletionColumn::Kind;
    std::vector<CompletionColumn> columns = {{Kind::reward}};
    for (const std::string& part : parts) columns.push_back({Kind::part, part});
    for (const Kind kind : {Kind::advantage, Kind::kl, Kind::length}) columns.push_back({kind});
    const QSignalBlocker blocker(m_number);
    const QString before = m_number->currentText();
    m_number->clear();
    for (const CompletionColumn& column : columns) {
        const auto number = column.number();
        m_number->addItem(column.title());
        m_number->setItemData(m_number->count() - 1, static_cast<int>(number->value), Qt::UserRole);
        m_number->setItemData(m_number->count() - 1, toQString(number->part), Qt::UserRole + 1);
    }
    m_number->setCurrentIndex(std::max(0, m_number->findText(before)));
}

void CompletionFilterBar::setPinned(const std::vector<PinnedPrompt>& prompts) {
    const QSignalBlocker blocker(m_prompts);
    const int chosen = m_prompts->currentIndex();
    const QVariant before = m_prompts->currentData();
    m_prompts->clear();
    m_prompts->addItem("All prompts");
    m_prompts->addItem(QString("Pinned prompts (%1)").arg(prompts.size()));
    for (const PinnedPrompt& prompt : prompts) {
        m_prompts->addItem(QString("%1: %2")
                               .arg(prompt.answers)
                               .arg(onOneLine(prompt.prompt).left(most_prompt_characters)),
                           toQString(prompt.prompt));
        m_prompts->setItemData(m_prompts->count() - 1, toQString(prompt.prompt), Qt::ToolTipRole);
    }
    const int again = chosen < first_prompt ? chosen : m_prompts->findData(before);
    m_prompts->setCurrentIndex(std::max(0, again));
}

void CompletionFilterBar::setShownStep(std::optional<std::int64_t> step) {
    if (m_shownStep == step) return;
    m_shownStep = step;
    refresh();
    if (showsStepAlone()) Q_EMIT changed();
}

void CompletionFilterBar::showStepAlone(bool alone) {
    m_steps->setCurrentIndex(alone ? shown_step : all_steps);
}
bool CompletionFilterBar::showsStepAlone() const { return m_steps->currentIndex() == shown_step; }
void CompletionFilterBar::chooseSource(CompletionSource source) {
    m_source->setCurrentIndex(static_cast<int>(source));
}
void CompletionFilterBar::focusSearch() {
    m_search->setFocus();
    m_search->selectAll();
}

void CompletionFilterBar::addBeside(QWidget* widget) { m_second->addWidget(widget, 1); }

void CompletionFilterBar::refresh() {
    const bool range = m_steps->currentIndex() == range_of_steps;
    m_firstStep->setVisible(range);
    m_lastStep->setVisible(range);
    m_steps->setItemText(shown_step, m_shownStep ? QString("Step %1, as shown").arg(*m_shownStep)
                                                 : QString("The shown step"));
}

void CompletionFilterBar::checkEdges() {
    for (QLineEdit* edit : {m_firstStep, m_lastStep})
        markInvalid(edit, !edit->text().isEmpty() && !stepIn(edit), "A step is a whole number");
    for (QLineEdit* edit : {m_least, m_most})
        markInvalid(edit, !edit->text().isEmpty() && !numberIn(edit), "A number, as 0.5 or -2");
}

CompletionFilter CompletionFilterBar::filter() const {
    CompletionFilter filter;
    filter.search = toStd(m_search->text());
    if (showsStepAlone()) {
        filter.first_step = filter.last_step = m_shownStep.value_or(0);
    } else if (m_steps->currentIndex() == range_of_steps) {
        filter.first_step = stepIn(m_firstStep);
        filter.last_step = stepIn(m_lastStep);
    }
    filter.number = {static_cast<CompletionValue>(m_number->currentData().toInt()),
                     toStd(m_number->currentData(Qt::UserRole + 1).toString())};
    filter.least = numberIn(m_least);
    filter.most = numberIn(m_most);
    if (m_ended->currentIndex() > 0) filter.ended = m_ended->currentIndex() == 1;
    filter.source = static_cast<CompletionSource>(m_source->currentIndex());
    filter.pinned = m_prompts->currentIndex() == pinned_prompts;
    if (m_prompts->currentIndex() >= first_prompt)
        filter.prompt = toStd(m_prompts->currentData().toString());
    return filter;
}

void CompletionFilterBar::clear() {
    {
        const QSignalBlocker blocker(this);
        for (QLineEdit* edit : {m_search, m_firstStep, m_lastStep, m_least, m_most}) edit->clear();
        for (QComboBox* choice : {m_steps, m_number, m_ended, m_source, m_prompts})
            choice->setCurrentIndex(0);
    }
    m_typing.stop();
    Q_EMIT changed();
}

bool CompletionFilterBar::isClear() const {
    CompletionFilter all;
    all.number = filter().number;
    return filter() == all;
}

}  // namespace plumb::ui
