// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/answers_view.h"

#include <algorithm>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/layouts.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"
#include "widgets/answer_panel.h"
#include "widgets/text_differences.h"

namespace plumb::ui {
namespace {

constexpr int prompt_height = 96, column_width = 230;
constexpr std::string_view evaluation_prefix = "eval/";

/// Steps at which the run answered held-out prompts.
std::set<std::int64_t> evaluationsOf(const ComparedRun& run) {
    std::set<std::int64_t> steps;
    for (const auto& [key, points] : run.metrics)
        if (key.starts_with(evaluation_prefix))
            for (const MetricPoint& point : points) steps.insert(point.step);
    return steps;
}

QString rewardsText(const CompletionRecord& answer) {
    QStringList parts;
    if (answer.reward) parts << QString("reward %1").arg(*answer.reward, 0, 'g', 3);
    if (answer.reward_parts.size() > 1 || !answer.reward)
        for (const auto& [name, value] : answer.reward_parts)
            if (value) parts << toQString(name) + QString(" %1").arg(*value, 0, 'g', 3);
    if (answer.kl) parts << QString("KL %1").arg(*answer.kl, 0, 'g', 3);
    parts << QString("%1 tokens").arg(answer.length) + (answer.ended ? "" : ", cut");
    return parts.join(" \u00b7 ");
}

}  // namespace

AnswersView::AnswersView(SessionBridge& bridge, QWidget* parent)
    : QWidget(parent), m_answers(bridge) {
    setObjectName("answersView");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    makeHead();
    m_body = new QWidget(this);
    m_promptPanel = new AnswerPanel("answersPrompt", "PROMPT", m_body);
    m_promptPanel->setMaximumHeight(prompt_height);
    auto* scroll = new QScrollArea(m_body);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_strip = new QWidget(scroll);
    m_row = new QHBoxLayout(m_strip);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(8);
    scroll->setWidget(m_strip);
    auto* body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(8);
    body->addWidget(m_promptPanel);
    body->addWidget(scroll, 1);
    m_missing = new QLabel(this);
    m_missing->setObjectName("answersMissing");
    m_missing->setProperty("role", "small");
    m_missing->setWordWrap(true);
    m_empty = new QLabel(this);
    m_empty->setObjectName("answersEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    layout->addWidget(m_body, 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_missing);
    connect(&m_answers, &HeldOutAnswers::ready, this, &AnswersView::refresh);
    connect(&m_answers, &HeldOutAnswers::failed, this, &AnswersView::problem);
    refresh();
    write(true);
}

void AnswersView::makeHead() {
    m_which = new QComboBox(this);
    m_which->setObjectName("answersRuns");
    m_which->setAccessibleName("Which runs");
    m_which->addItems({"One run a group", "Every run"});
    m_filter = new QLineEdit(this);
    m_filter->setObjectName("answersFilter");
    m_filter->setPlaceholderText("Filter prompts and answers");
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(220);
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setObjectName("answersStep");
    m_slider->setAccessibleName("Evaluation");
    m_slider->setPageStep(1);
    m_slider->setMinimumWidth(90);
    m_slider->setToolTip(keyText("compareEarlier") + " and " + keyText("compareLater"));
    m_stepText = new QLabel(this);
    m_stepText->setObjectName("answersStepText");
    m_stepText->setProperty("role", "small");
    m_place = new QLabel(this);
    m_place->setObjectName("answersPlace");
    m_place->setProperty("role", "small");
    const auto makeButton = [this](const char* name, const QString& text, const char* id, int by) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(name);
        button->setToolTip(keyText(id));
        connect(button, &QPushButton::clicked, this, [this, by] { stepPrompt(by); });
        return button;
    };
    m_previous = makeButton("answersPrevious", "Previous", "comparePrevious", -1);
    m_next = makeButton("answersNext", "Next", "compareNext", 1);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_which);
    head->addWidget(m_filter);
    head->addWidget(m_slider, 1);
    head->addWidget(m_stepText);
    head->addSpacing(8);
    head->addWidget(m_place);
    head->addWidget(m_previous);
    head->addWidget(m_next);
    static_cast<QVBoxLayout*>(layout())->addLayout(head);
    connect(m_which, &QComboBox::activated, this, [this] {
        makeColumns();
        refresh();
    });
    connect(m_filter, &QLineEdit::textChanged, this, &AnswersView::refresh);
    connect(m_slider, &QSlider::valueChanged, this, &AnswersView::refresh);
}

void AnswersView::setComparison(std::shared_ptr<const Comparison> comparison) {
    const bool atEnd = m_slider->value() == m_slider->maximum();
    const auto runsOf = [](const Comparison* c) {
        std::vector<std::pair<RunId, std::string>> runs;
        if (c)
            for (const RunGroup& group : c->groups)
                for (const std::size_t run : group.runs)
                    runs.emplace_back(c->runs[run].record.id, group.name);
        return runs;
    };
    const bool same = runsOf(m_comparison.get()) == runsOf(comparison.get());
    m_comparison = std::move(comparison);
    std::set<std::int64_t> steps;
    if (m_comparison)
        for (const ComparedRun& run : m_comparison->runs) steps.merge(evaluationsOf(run));
    m_steps.assign(steps.begin(), steps.end());
    {
        const QSignalBlocker blocker(m_slider);
        m_slider->setRange(0, std::max(0, static_cast<int>(m_steps.size()) - 1));
        if (atEnd) m_slider->setValue(m_slider->maximum());
    }
    if (!same) {
        m_answers.clear();
        makeColumns();
    }
    refresh();
}

void AnswersView::setHiddenGroups(const std::set<std::string>& names) {
    if (names == m_hidden) return;
    m_hidden = names;
    makeColumns();
    refresh();
}

void AnswersView::showStep(std::int64_t step) {
    const auto behind = std::ranges::upper_bound(m_steps, step);
    m_slider->setValue(std::max(0, static_cast<int>(behind - m_steps.begin()) - 1));
}

void AnswersView::moveStep(int by) { m_slider->setValue(m_slider->value() + by); }

void AnswersView::makeColumns() {
    m_columns.clear();
    m_written.clear();
    clearLayout(*m_row);
    if (!m_comparison) return;
    const bool every = m_which->currentIndex() == 1;
    for (std::size_t g = 0; g < m_comparison->groups.size(); ++g) {
        const RunGroup& group = m_comparison->groups[g];
        // A reward model answers nothing.
        if (m_hidden.contains(group.name) || group.algorithm == "reward") continue;
        for (const std::size_t run : group.runs) {
            Column column{.group = g, .run = run};
            column.panel = new AnswerPanel(QString("answer:%1").arg(m_columns.size()), "", m_strip);
            column.panel->setMinimumWidth(column_width);
            m_row->addWidget(column.panel, 1);
            if (!m_columns.empty())
                scrollTogether(m_columns.front().panel->text(), column.panel->text());
            m_columns.push_back(column);
            if (!every) break;
        }
    }
}

void AnswersView::refresh() {
    const std::int64_t wanted =
        m_steps.empty() ? 0 : m_steps[static_cast<std::size_t>(m_slider->value())];
    for (Column& column : m_columns) {
        const ComparedRun& run = m_comparison->runs[column.run];
        const auto steps = evaluationsOf(run);
        const auto behind = steps.upper_bound(wanted);
        column.step.reset();
        column.rows.reset();
        if (behind == steps.begin()) continue;
        column.step = *std::prev(behind);
        column.rows = m_answers.at(run.record.id, *column.step);
    }
    m_stepText->setText(m_steps.empty() ? QString() : QString("up to step %1").arg(wanted));
    findPrompts();
    write();
}

void AnswersView::findPrompts() {
    const QString filter = m_filter->text().trimmed();
    const std::string wanted = toStd(filter);
    m_prompts.clear();
    std::set<std::string> seen;
    for (const Column& column : m_columns) {
        if (!column.rows) continue;
        for (const CompletionRecord& row : *column.rows) {
            const bool passes = filter.isEmpty() ||
                                toQString(row.prompt).contains(filter, Qt::CaseInsensitive) ||
                                toQString(row.completion).contains(filter, Qt::CaseInsensitive);
            if (passes && seen.insert(row.prompt).second) m_prompts.push_back(row.prompt);
        }
    }
    const bool waiting = std::ranges::any_of(
        m_columns, [](const Column& column) { return column.step && !column.rows; });
    // A prompt that another evaluation has not read yet stays the shown one.
    if (!std::ranges::count(m_prompts, m_prompt) && !waiting)
        m_prompt = m_prompts.empty() ? std::string() : m_prompts.front();
}

void AnswersView::stepPrompt(int by) {
    if (m_prompts.empty()) return;
    const auto now = std::ranges::find(m_prompts, m_prompt);
    const auto place = now == m_prompts.end() ? 0 : static_cast<int>(now - m_prompts.begin());
    const int last = static_cast<int>(m_prompts.size()) - 1;
    m_prompt = m_prompts[static_cast<std::size_t>(std::clamp(place + by, 0, last))];
    write();
}

const CompletionRecord* AnswersView::answerOf(const Column& column) const {
    if (!column.rows) return nullptr;
    const auto found = std::ranges::find(*column.rows, m_prompt, &CompletionRecord::prompt);
    return found == column.rows->end() ? nullptr : &*found;
}

std::vector<std::string> AnswersView::state() const {
    std::vector<std::string> parts = m_prompts;
    parts.push_back(m_prompt);
    parts.push_back(toStd(m_filter->text()));
    for (const Column& column : m_columns) {
        const CompletionRecord* answer = answerOf(column);
        parts.push_back(std::to_string(column.run) + ":" +
                        std::to_string(column.step.value_or(-1)) +
                        (column.rows ? "read:" : "waits:") + (answer ? answer->completion : ""));
    }
    return parts;
}

void AnswersView::write(bool again) {
    // A comparison that grows elsewhere leaves marks and scrolled texts as they are.
    std::vector<std::string> state_now = state();
    if (!again && state_now == m_written) return;
    m_written = std::move(state_now);
    for (std::stop_source& marking : m_marking) marking.request_stop();
    m_marking.clear();
    const auto now = std::ranges::find(m_prompts, m_prompt);
    const bool any = now != m_prompts.end();
    m_body->setVisible(any);
    m_empty->setVisible(!any);
    m_previous->setEnabled(any && now != m_prompts.begin());
    m_next->setEnabled(any && now + 1 != m_prompts.end());
    m_place->setText(
        any ? QString("Prompt %1 of %2").arg(now - m_prompts.begin() + 1).arg(m_prompts.size())
            : QString());
    const bool waiting = std::ranges::any_of(
        m_columns, [](const Column& column) { return column.step && !column.rows; });
    m_missing->clear();
    if (!any) {
        m_empty->setText(waiting                       ? "Reading the answers ..."
                         : !m_filter->text().isEmpty() ? "No prompt and no answer has this text."
                         : m_columns.empty()           ? "No run to show."
                                                       : "These runs kept no answers to held-out "
                                                         "prompts at these evaluations.");
        return;
    }
    m_promptPanel->text().show(m_prompt, m_prompt.starts_with("[{"));
    QStringList missing;
    for (Column& column : m_columns) {
        const CompletionRecord* answer = answerOf(column);
        writeColumn(column, answer);
        if (answer || (column.step && !column.rows)) continue;
        const QString name = toQString(m_comparison->runs[column.run].record.name);
        missing << name + (!column.step           ? " has no evaluation until this step"
                           : column.rows->empty() ? " kept no held-out answers there"
                                                  : " was not asked this prompt");
    }
    if (!missing.isEmpty()) m_missing->setText(missing.join("; ") + ".");
    m_missing->setVisible(!missing.isEmpty());
    mark();
}

void AnswersView::writeColumn(Column& column, const CompletionRecord* answer) {
    const ComparedRun& run = m_comparison->runs[column.run];
    const RunGroup& group = m_comparison->groups[column.group];
    QString title = toQString(group.name);
    if (m_which->currentIndex() == 1) title += QString(", seed %1").arg(run.settings.seed);
    if (column.step) title += QString(", step %1").arg(*column.step);
    column.panel->setTitle(title);
    column.panel->setTitleColour(curveTextColour(group.colour, palette()).name());
    column.panel->setToolTip(toQString(run.record.name));
    column.panel->text().show(answer ? answer->completion : std::string(), false);
    column.panel->setNote(answer ? rewardsText(*answer) : QString("no answer"));
}

void AnswersView::mark() {
    for (Column& column : m_columns) column.panel->text().unmark();
    const Column* first = nullptr;
    for (const Column& column : m_columns)
        if (answerOf(column)) {
            first = &column;
            break;
        }
    for (const Column& column : m_columns) {
        if (&column == first || !answerOf(column)) continue;
        m_marking.push_back(runInBackground(
            column.panel,
            [left = toStd(first->panel->text().toPlainText()),
             right = toStd(column.panel->text().toPlainText())](const std::stop_token&) {
                return differencesOf(left, right);
            },
            [panel = column.panel](const TextDifferences& found) {
                panel->text().mark(found.right, DiffPiece::Kind::added);
            }));
    }
}

void AnswersView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_comparison) write(true);
}

}  // namespace plumb::ui
