// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judge_dialog.h"

#include <utility>

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QStyle>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "session/label_scoring.h"
#include "widgets/form_parts.h"
#include "widgets/job_progress.h"
#include "widgets/judge_judges_form.h"
#include "widgets/judge_models_form.h"
#include "widgets/judge_prompts_form.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 560, whole_height = 690, judges_height = 300;

struct Choices {
    std::vector<RunRecord> runs, models;
    std::int64_t pinned = 0;
};

Result<Choices> readAll(StoreReader& reader, const std::filesystem::path& workspace) {
    Choices choices;
    PLUMB_TRY(choices.runs, reader.runs());
    PLUMB_TRY(choices.models, runs_with_reward_models(reader, workspace));
    PLUMB_TRY(const auto pinned, reader.pinned_prompts(0));
    choices.pinned = std::ssize(pinned);
    return choices;
}

}  // namespace

JudgeDialog::JudgeDialog(SessionBridge& bridge, QWidget* parent, const QString& action)
    : QDialog(parent), m_bridge(bridge), m_maker(new AnswerSetMaker(bridge, this)) {
    setObjectName("judgeDialog");
    setAttribute(Qt::WA_DeleteOnClose);
    m_form = new QWidget;
    m_form->setAutoFillBackground(false);
    m_sections = new QVBoxLayout(m_form);
    m_sections->setContentsMargins(16, 14, 16, 6);
    m_sections->setSpacing(8);
    m_problem = new QLabel(this);
    m_problem->setObjectName("judgeProblem");
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_progress = new JobProgress("judgeProgress", this);
    m_cancel = new QPushButton("Cancel  Esc", this);
    m_cancel->setObjectName("judgeCancel");
    m_cancel->setAutoDefault(false);
    m_start = new QPushButton(action + "  " + keyText("judgeStart"), this);
    m_start->setObjectName("judgeStart");
    m_start->setProperty("primary", true);
    m_start->setAutoDefault(false);
    auto* keys = new QShortcut(keysOf("judgeStart"), this);
    keys->setObjectName("judgeStart");
    connect(keys, &QShortcut::activated, m_start, &QPushButton::click);
    connect(m_start, &QPushButton::clicked, this, &JudgeDialog::begin);
    connect(m_cancel, &QPushButton::clicked, this, &JudgeDialog::reject);
    connect(m_maker, &AnswerSetMaker::failed, this, &JudgeDialog::showFailure);
    connect(m_maker, &AnswerSetMaker::done, this,
            [this](AnswerSetId set, LabelQueueId queue, const QString& note) {
                m_progress->end();
                Q_EMIT judged(set, queue, note);
                accept();
            });
}

JudgeDialog::JudgeDialog(SessionBridge& bridge, std::shared_ptr<const Comparison> comparison,
                         QWidget* parent)
    : JudgeDialog(bridge, parent, "Answer and judge") {
    setWindowTitle("Judge answers");
    m_models = new JudgeModelsForm(std::move(comparison), m_form);
    m_prompts = new JudgePromptsForm(m_form);
    m_judges = new JudgeJudgesForm(m_form);
    auto* name = new QWidget(m_form);
    auto* form = makeForm(name);
    m_name = new QLineEdit(name);
    m_name->setObjectName("judgeName");
    m_name->setPlaceholderText("the models' names");
    addRow(*form, "Name", m_name, "Of the judged set");
    addSection("MODELS", m_models);
    addSection("PROMPTS", m_prompts);
    addSection("JUDGES", m_judges);
    m_sections->addWidget(name);
    connect(m_models, &JudgeModelsForm::changed, this, &JudgeDialog::check);
    connect(m_prompts, &JudgePromptsForm::changed, this, &JudgeDialog::check);
    resize(dialog_width, whole_height);
    finishLayout();
}

JudgeDialog::JudgeDialog(SessionBridge& bridge, AnswerSet set, QWidget* parent)
    : JudgeDialog(bridge, parent, "Judge") {
    setWindowTitle("Further judges of " + toQString(set.name));
    m_judges = new JudgeJudgesForm(m_form);
    m_judges->leaveOut(set.judges);
    m_set = std::move(set);
    addSection("JUDGES", m_judges);
    resize(dialog_width, judges_height);
    finishLayout();
}

void JudgeDialog::askPeople() { m_judges->askPeople(); }

void JudgeDialog::addSection(const QString& title, QWidget* form) {
    auto* label = new QLabel(title, m_form);
    label->setProperty("role", "section");
    m_sections->addWidget(label);
    m_sections->addWidget(form);
}

void JudgeDialog::finishLayout() {
    m_sections->addStretch();
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName("judgeScroll");
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_form);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_start);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(16, 6, 16, 14);
    foot->setSpacing(8);
    foot->addWidget(m_problem);
    foot->addWidget(m_progress);
    foot->addLayout(buttons);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addLayout(foot);
    // The form first, so that Tab leads through it before the buttons.
    setTabOrder(m_cancel, m_start);
    connect(m_judges, &JudgeJudgesForm::changed, this, &JudgeDialog::check);
    readChoices();
    check();
}

void JudgeDialog::readChoices() {
    m_bridge.query(
        this,
        [workspace = m_bridge.workspace()](StoreReader& reader) {
            return readAll(reader, workspace);
        },
        [this](const Result<Choices>& choices) {
            if (!choices.ok()) return tell(toQString(choices.error().message), "error");
            m_judges->setRewardModels(choices->models);
            if (m_models) m_models->setRuns(choices->runs);
            if (m_prompts) m_prompts->setPinned(choices->pinned);
        });
}

void JudgeDialog::check() {
    if (m_maker->isBusy()) return;
    bool isGood = m_judges->check();
    if (m_models) isGood = m_models->check() && isGood;
    if (m_prompts) isGood = m_prompts->check(m_models->chosenRuns()) && isGood;
    const bool readOnly = m_bridge.isReadOnly();
    tell(readOnly ? "The workspace is open for reading only." : QString(), "muted");
    m_start->setEnabled(isGood && !readOnly);
}

void JudgeDialog::begin() {
    if (!m_start->isEnabled()) return;
    showBusy(true);
    if (m_set) {
        JudgeAnswersRequest request;
        request.set = m_set->id;
        request.judges = m_judges->judges();
        auto job = m_progress->begin(JobProgress::Unit::none, "Judging");
        return m_maker->judge(std::move(request), std::move(job), m_judges->people());
    }
    JudgeModelsRequest request;
    m_models->apply(request);
    m_prompts->apply(request);
    request.judges = m_judges->judges();
    request.name = toStd(m_name->text().trimmed());
    auto job = m_progress->begin(JobProgress::Unit::items, "Answers");
    m_maker->make(std::move(request), std::move(job), m_judges->people());
}

void JudgeDialog::showBusy(bool busy) {
    m_form->setEnabled(!busy);
    m_start->setEnabled(!busy);
    m_cancel->setText(busy ? "Stop  Esc" : "Cancel  Esc");
    m_cancel->setEnabled(true);
    tell({}, "muted");
    // The form that had the keyboard has lost it.
    if (busy) m_cancel->setFocus();
}

void JudgeDialog::reject() {
    if (!m_maker->isBusy()) return QDialog::reject();
    m_closing = true;
    m_cancel->setEnabled(false);
    m_progress->stop();
}

void JudgeDialog::showFailure(const QString& message, AnswerSetId set) {
    m_progress->end();
    if (set != 0) {
        Q_EMIT judged(set, 0, "The answers are judged, but there is no label queue: " + message);
        return accept();
    }
    if (m_closing && message.isEmpty()) return QDialog::reject();
    m_closing = false;
    showBusy(false);
    check();
    tell(message.isEmpty() ? "Stopped; nothing was kept." : message,
         message.isEmpty() ? "muted" : "error");
}

void JudgeDialog::tell(const QString& text, const char* role) {
    m_problem->setProperty("role", role);
    m_problem->style()->polish(m_problem);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

}  // namespace plumb::ui
