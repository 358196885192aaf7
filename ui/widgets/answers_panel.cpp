// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/answers_panel.h"

#include <algorithm>

#include <QBoxLayout>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QScrollArea>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QToolButton>

#include "common/background.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "models/prompt_list_model.h"
#include "widgets/answer_column.h"
#include "widgets/answer_panel.h"
#include "widgets/label_text.h"
#include "widgets/text_differences.h"

namespace plumb::ui {
namespace {

/// Narrower than this the list of prompts gives its room to the answers; the keys, the arrows and
/// the search still lead through it.
constexpr int least_with_list = 640;
constexpr int list_width = 240, column_width = 230, prompt_height = 78;

}  // namespace

AnswersPanel::AnswersPanel(SessionBridge& bridge, QWidget* parent)
    : QFrame(parent), m_feed(new AnswerFeed(bridge, this)) {
    setObjectName("answersPanel");
    setProperty("role", "panel");
    m_model = new PromptListModel(this);
    m_found = new QSortFilterProxyModel(this);
    m_found->setSourceModel(m_model);
    m_found->setFilterRole(PromptListModel::TextRole);
    m_found->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_problem = new QLabel(this);
    m_problem->setObjectName("answersProblem");
    m_problem->setProperty("role", "muted");
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_body = new QSplitter(Qt::Horizontal, this);
    m_body->setChildrenCollapsible(false);
    m_body->setHandleWidth(8);
    m_body->addWidget(makeList());
    m_body->addWidget(makeAnswers());
    m_body->setStretchFactor(1, 1);
    m_body->setSizes({list_width, 3 * list_width});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 8, 8);
    layout->setSpacing(6);
    layout->addWidget(makeHead());
    layout->addWidget(m_problem);
    layout->addWidget(m_body, 1);
    connect(m_feed, &AnswerFeed::promptsRead, this, &AnswersPanel::takePrompts);
    connect(m_feed, &AnswerFeed::answersRead, this, &AnswersPanel::takeAnswers);
    connect(m_feed, &AnswerFeed::failed, this, [this](const QString& message) {
        m_problem->setText(message);
        m_problem->show();
    });
    addPageShortcut(this, "answersPrevious", [this] { go(-1); });
    addPageShortcut(this, "answersNext", [this] { go(1); });
    addPageShortcut(this, "answersSearch", [this] { m_search->setFocus(); });
    addPageShortcut(this, "answersDifferences", [this] { m_differences->toggle(); });
    setComparison(nullptr);
}

AnswersPanel::~AnswersPanel() {
    for (std::stop_source& comparing : m_comparing) comparing.request_stop();
}

QToolButton* AnswersPanel::makeButton(const char* name, const QString& text, const QString& help) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(help);
    button->setAccessibleName(help);
    return button;
}

QWidget* AnswersPanel::makeHead() {
    auto* head = new QWidget(this);
    m_previous =
        makeButton("answersPrevious", "\u2191", "The prompt before  " + keyText("answersPrevious"));
    m_next = makeButton("answersNext", "\u2193", "The next prompt  " + keyText("answersNext"));
    m_place = new QLabel(head);
    m_place->setObjectName("answersPlace");
    m_place->setProperty("role", "muted");
    m_search = new QLineEdit(head);
    m_search->setObjectName("answersSearch");
    m_search->setPlaceholderText("Search the prompts  " + keyText("answersSearch"));
    m_search->setAccessibleName("Search the prompts");
    m_search->setClearButtonEnabled(true);
    m_which = new QComboBox(head);
    m_which->setObjectName("answersRuns");
    m_which->setAccessibleName("Which runs have a column");
    m_which->addItems({"one run of each group", "every run"});
    m_together = makeButton("answersTogether", "Same step",
                            "A step that is chosen in one column is shown in all");
    m_differences =
        makeButton("answersDifferences", "Differences",
                   "Marks what differs from the first column  " + keyText("answersDifferences"));
    m_together->setCheckable(true);
    m_differences->setCheckable(true);
    auto* first = new QHBoxLayout;
    first->setSpacing(4);
    first->addWidget(m_previous);
    first->addWidget(m_next);
    first->addWidget(m_place);
    first->addWidget(m_search, 1);
    auto* second = new QHBoxLayout;
    second->setSpacing(4);
    second->addWidget(m_which);
    second->addWidget(m_together);
    second->addWidget(m_differences);
    second->addStretch();
    m_head = new QBoxLayout(QBoxLayout::LeftToRight, head);
    m_head->setContentsMargins(0, 0, 0, 0);
    m_head->setSpacing(6);
    m_head->addLayout(first, 1);
    m_head->addLayout(second);
    connect(m_previous, &QToolButton::clicked, this, [this] { go(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { go(1); });
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_found->setFilterFixedString(text);
        if (!m_list->currentIndex().isValid() && m_found->rowCount() > 0)
            m_list->setCurrentIndex(m_found->index(0, 0));
        tellPlace();
    });
    connect(m_which, &QComboBox::currentIndexChanged, this, &AnswersPanel::rebuild);
    connect(m_differences, &QToolButton::toggled, this, &AnswersPanel::compare);
    return head;
}

QWidget* AnswersPanel::makeList() {
    m_list = new QListView(this);
    m_list->setObjectName("answersPrompts");
    m_list->setAccessibleName("Prompts");
    m_list->setModel(m_found);
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMinimumWidth(120);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &AnswersPanel::followRow);
    return m_list;
}

QWidget* AnswersPanel::makeAnswers() {
    auto* page = new QWidget;
    page->setAutoFillBackground(false);
    m_row = new QHBoxLayout(page);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(6);
    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName("answersScroll");
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setWidget(page);
    m_asked = new AnswerPanel("answersPrompt", "PROMPT", this);
    auto* both = new QSplitter(Qt::Vertical, this);
    both->setChildrenCollapsible(false);
    both->setHandleWidth(6);
    both->addWidget(m_asked);
    both->addWidget(m_scroll);
    both->setStretchFactor(1, 1);
    both->setSizes({prompt_height, 5 * prompt_height});
    return both;
}

void AnswersPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    const bool wide = width() >= least_with_list;
    m_list->setVisible(wide);
    m_head->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

std::vector<AnswersPanel::Source> AnswersPanel::sources() const {
    std::vector<Source> sources;
    if (!m_comparison) return sources;
    for (std::size_t g = 0; g < m_comparison->groups.size(); ++g) {
        const RunGroup& group = m_comparison->groups[g];
        if (group.algorithm == "reward") continue;
        for (const std::size_t run : group.runs) {
            sources.push_back({run, g});
            if (m_which->currentIndex() == 0) break;
        }
    }
    return sources;
}

std::vector<RunId> AnswersPanel::runIds() const {
    std::vector<RunId> runs;
    for (const Source& source : m_sources) runs.push_back(m_comparison->runs[source.run].record.id);
    return runs;
}

void AnswersPanel::setComparison(std::shared_ptr<const Comparison> comparison) {
    m_comparison = std::move(comparison);
    rebuild();
}

void AnswersPanel::rebuild() {
    m_sources = sources();
    const std::vector<RunId> runs = runIds();
    const bool isOther = std::exchange(m_runs, runs) != runs;
    while (m_columns.size() > m_sources.size()) {
        m_columns.back()->hide();
        m_columns.back()->setObjectName({});
        m_columns.back()->deleteLater();
        m_columns.pop_back();
    }
    while (m_columns.size() < m_sources.size()) {
        auto* column = new AnswerColumn(static_cast<int>(m_columns.size()), this);
        column->setMinimumWidth(column_width);
        m_row->addWidget(column, 1);
        m_columns.push_back(column);
        QScrollBar* bar = column->text().verticalScrollBar();
        connect(bar, &QScrollBar::valueChanged, this,
                [this, bar](int value) { scrollAll(value, bar->maximum()); });
        connect(column, &AnswerColumn::stepChosen, this,
                [this, column](qint64 step) { followStep(column, step); });
    }
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const RunGroup& group = m_comparison->groups[m_sources[i].group];
        const ComparedRun& run = m_comparison->runs[m_sources[i].run];
        const QString seed = QString("seed %1").arg(run.settings.seed);
        const bool isOne = m_which->currentIndex() == 0;
        m_columns[i]->setSource(
            toQString(group.name) + (isOne ? QString() : ", " + seed),
            QString("Run %1, %2, %3").arg(run.record.id).arg(toQString(run.record.name), seed),
            group.colour);
    }
    if (m_sources.empty()) {
        m_feed->forget();
        m_evaluated.clear();
        m_model->setPrompts({}, 0);
        m_prompt.clear();
    } else if (isOther || m_model->rowCount() == 0) {
        m_evaluated.clear();
        m_feed->readPrompts(m_runs);
    } else if (!m_prompt.empty()) {
        m_feed->readAnswers(m_prompt, m_runs);
    }
    m_body->setVisible(m_model->rowCount() > 0);
    m_problem->setText(problemText());
    m_problem->setVisible(!m_problem->text().isEmpty());
    tellPlace();
}

void AnswersPanel::takePrompts(const AskedPrompts& prompts) {
    m_evaluated = prompts.evaluated;
    const std::string before = m_prompt;
    m_prompt.clear();
    m_model->setPrompts(prompts.prompts, m_runs.size());
    m_body->setVisible(m_model->rowCount() > 0);
    m_problem->setText(problemText());
    m_problem->setVisible(!m_problem->text().isEmpty());
    const int row = std::max(0, m_model->rowOf(before));
    const QModelIndex wanted = m_found->mapFromSource(m_model->index(row, 0));
    m_list->setCurrentIndex(wanted.isValid() ? wanted : m_found->index(0, 0));
    tellPlace();
}

void AnswersPanel::followRow() {
    tellPlace();
    if (!m_list->currentIndex().isValid()) return;
    const QModelIndex source = m_found->mapToSource(m_list->currentIndex());
    const std::string prompt = m_model->prompts()[static_cast<std::size_t>(source.row())].text;
    if (prompt == m_prompt) return;
    m_prompt = prompt;
    m_asked->text().show(prompt, false);
    m_feed->readAnswers(prompt, m_runs);
}

void AnswersPanel::go(int by) {
    const int count = m_found->rowCount();
    if (count == 0) return;
    const int row = std::clamp(m_list->currentIndex().row() + by, 0, count - 1);
    m_list->setCurrentIndex(m_found->index(row, 0));
    m_list->scrollTo(m_list->currentIndex());
}

void AnswersPanel::tellPlace() {
    const int count = m_found->rowCount(), row = m_list->currentIndex().row();
    m_place->setText(count == 0 ? QString("no prompts")
                                : QString("%1 of %2").arg(row + 1).arg(count));
    m_previous->setEnabled(row > 0);
    m_next->setEnabled(row + 1 < count);
}

void AnswersPanel::takeAnswers(const PromptAnswers& answers) {
    if (answers.prompt != m_prompt || answers.answers.size() != m_columns.size()) return;
    std::string reference;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        m_columns[i]->setAnswers(answers.answers[i], missingText(i));
        if (reference.empty() && !answers.answers[i].empty())
            reference = answers.answers[i].back().answer;
    }
    m_asked->setNote(reference.empty() ? QString() : "reference answer: " + toQString(reference));
    compare();
    Q_EMIT shown();
}

QString AnswersPanel::tasksProblem() const {
    for (const ComparisonProblem& problem : m_comparison->problems)
        if (problem.id == "tasks") return toQString(problem.text);
    return {};
}

QString AnswersPanel::missingText(std::size_t column) const {
    const ComparedRun& run = m_comparison->runs[m_sources[column].run];
    if (column < m_evaluated.size() && !m_evaluated[column])
        return "No answers to held-out prompts are stored of this run: it was not evaluated yet, "
               "or was made by a version that did not keep them.";
    if (!tasksProblem().isEmpty())
        return "This run was not asked this prompt: its task is " + toQString(run.settings.task) +
               ".";
    return "This run was not asked this prompt: it holds out others.";
}

QString AnswersPanel::problemText() const {
    if (!m_comparison || m_comparison->runs.empty())
        return "Choose runs to compare, and their answers to the same prompts stand side by side.";
    if (m_sources.empty()) return "None of these runs writes answers: they train reward models.";
    if (m_evaluated.empty()) return {};
    if (m_model->rowCount() == 0)
        return "None of these runs has stored answers to held-out prompts: they are kept at every "
               "evaluation (eval_every), and of pinned prompts in training.";
    QStringList parts;
    QStringList without;
    for (std::size_t i = 0; i < m_evaluated.size(); ++i)
        if (!m_evaluated[i]) without << toQString(m_comparison->runs[m_sources[i].run].record.name);
    if (!without.isEmpty())
        parts << "Without stored answers to held-out prompts: " + without.join(", ") + ".";
    const bool hasCommon = std::ranges::any_of(
        m_model->prompts(), [this](const AskedPrompt& prompt) { return prompt.runs > 1; });
    if (!hasCommon && m_runs.size() > 1) {
        const QString tasks = tasksProblem();
        parts << "No two of these runs answered the same prompt. " +
                     (tasks.isEmpty()
                          ? "They hold out different prompts; judged answers (win rates) ask all "
                            "of them the same."
                          : tasks);
    }
    return parts.join(" ");
}

void AnswersPanel::showStep(std::size_t group, qint64 step) {
    for (std::size_t i = 0; i < m_columns.size(); ++i)
        if (m_sources[i].group == group) m_columns[i]->showStep(step);
    compare();
}

void AnswersPanel::showStepEverywhere(qint64 step) {
    for (AnswerColumn* column : m_columns) column->showStep(step);
    compare();
}

void AnswersPanel::followStep(AnswerColumn* from, qint64 step) {
    if (m_together->isChecked())
        for (AnswerColumn* column : m_columns)
            if (column != from) column->showStep(step);
    compare();
}

void AnswersPanel::scrollAll(int value, int maximum) {
    // One leads at a time: what follows must not lead back.
    if (m_scrolling || maximum == 0) return;
    m_scrolling = true;
    for (AnswerColumn* column : m_columns) {
        QScrollBar* bar = column->text().verticalScrollBar();
        bar->setValue(static_cast<int>(qint64(value) * bar->maximum() / maximum));
    }
    m_scrolling = false;
}

void AnswersPanel::compare() {
    for (std::stop_source& comparing : m_comparing) comparing.request_stop();
    m_comparing.clear();
    for (AnswerColumn* column : m_columns) {
        column->text().unmark();
        column->setNote({});
    }
    if (!m_differences->isChecked() || m_columns.size() < 2 || !m_columns.front()->answer()) return;
    const std::string first = toStd(m_columns.front()->text().toPlainText());
    const bool two = m_columns.size() == 2;
    for (std::size_t i = 1; i < m_columns.size(); ++i) {
        if (!m_columns[i]->answer()) continue;
        m_comparing.push_back(runInBackground(
            this,
            [first, other = toStd(m_columns[i]->text().toPlainText())](const std::stop_token&) {
                return textDifferences(first, other);
            },
            [this, i, two](const TextDifferences& found) {
                if (i >= m_columns.size()) return;
                if (two) m_columns.front()->text().mark(found.first, DiffPiece::Kind::removed);
                m_columns[i]->text().mark(found.second, DiffPiece::Kind::added);
                m_columns[i]->setNote(found.too_many ? "too different to be marked word by word"
                                      : found.first.empty() && found.second.empty()
                                          ? "the same as the first column"
                                          : QString());
            }));
    }
}

}  // namespace plumb::ui
