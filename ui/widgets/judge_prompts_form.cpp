// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judge_prompts_form.h"

#include <algorithm>
#include <limits>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "common/text.h"
#include "widgets/checked_row.h"

namespace plumb::ui {
namespace {

constexpr int any_number = std::numeric_limits<int>::max();
constexpr int most_tokens = 4096, usual_prompts = 100;
constexpr double highest_temperature = 5;

/// "arithmetic (ppo-1), reviews (dpo-2)" where the runs are of different tasks; else empty.
QString differentTasks(const std::vector<const ComparedRun*>& runs) {
    QStringList tasks, texts;
    for (const ComparedRun* run : runs) {
        const QString task = toQString(run->settings.task);
        if (tasks.contains(task)) continue;
        tasks << task;
        texts << QString("%1 (%2)").arg(task, toQString(run->record.name));
    }
    return tasks.size() > 1 ? texts.join(", ") : QString();
}

}  // namespace

JudgePromptsForm::JudgePromptsForm(QWidget* parent) : QWidget(parent) {
    auto* form = makeForm(this);
    m_from = new QComboBox(this);
    m_from->setObjectName("judgeFrom");
    m_from->addItem("held-out prompts of the task", int(JudgePrompts::held_out));
    m_from->addItem("pinned prompts of the workspace", int(JudgePrompts::pinned));
    m_from->addItem("prompts of a file", int(JudgePrompts::file));
    m_count = makeNumber("judgePrompts", 1, any_number, usual_prompts, this);
    m_fromProblem = addCheckedRow(*form, "Prompts", m_from,
                                  "All models answer the same; held-out ones are those of the "
                                  "first run's task");
    m_fileRow = makeFile();
    m_fileProblem = addCheckedRow(
        *form, "File", m_fileRow,
        "JSONL with a column prompt or question, or a text file with a prompt a line");
    addRow(*form, "At most", m_count, "So many prompts; the more, the narrower the intervals");
    addRow(*form, "Sampling", makeSampling(), "How each model draws its answers");
    form->setRowVisible(m_fileRow, false);
    connect(m_from, &QComboBox::currentIndexChanged, this, [this, form] {
        form->setRowVisible(m_fileRow, from() == JudgePrompts::file);
        Q_EMIT changed();
    });
    connect(m_file, &QLineEdit::textChanged, this, &JudgePromptsForm::changed);
}

QWidget* JudgePromptsForm::makeFile() {
    auto* row = new QWidget(this);
    row->setObjectName("judgeFileRow");
    m_file = new QLineEdit(row);
    m_file->setObjectName("judgeFile");
    m_file->setClearButtonEnabled(true);
    auto* choose = new QPushButton("File...", row);
    choose->setObjectName("judgeChooseFile");
    choose->setAutoDefault(false);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_file, 1);
    layout->addWidget(choose);
    row->setFocusProxy(m_file);
    connect(choose, &QPushButton::clicked, this, &JudgePromptsForm::chooseFile);
    return row;
}

QWidget* JudgePromptsForm::makeSampling() {
    auto* row = new QWidget(this);
    row->setObjectName("judgeSampling");
    m_temperature = makeDecimal("judgeTemperature", 0, highest_temperature, 1, row);
    m_tokens = makeNumber("judgeTokens", 0, most_tokens, 0, row);
    m_tokens->setSpecialValueText("as run");
    m_seed = makeNumber("judgeSeed", 0, any_number, 0, row);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    const struct {
        QAbstractSpinBox* box;
        const char *title, *help;
    } parts[] = {
        {m_temperature, "temperature", "0: the most probable answer"},
        {m_tokens, "tokens", "Answers are cut after so many; 0: as the run samples"},
        {m_seed, "seed", "Of the draws; each model has draws of its own"},
    };
    for (const auto& part : parts) {
        auto* label = new QLabel(part.title, row);
        label->setProperty("role", "small");
        label->setBuddy(part.box);
        part.box->setFixedWidth(62);
        part.box->setAccessibleName(part.title);
        for (QWidget* widget : {static_cast<QWidget*>(label), static_cast<QWidget*>(part.box)})
            widget->setToolTip(part.help);
        layout->addWidget(label);
        layout->addWidget(part.box);
    }
    layout->addStretch();
    row->setFocusProxy(m_temperature);
    return row;
}

void JudgePromptsForm::chooseFile() {
    auto* dialog = new QFileDialog(this, "Prompts");
    dialog->setObjectName("judgeFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({"Prompts (*.jsonl *.json *.txt)", "All files (*)"});
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

JudgePrompts JudgePromptsForm::from() const {
    return static_cast<JudgePrompts>(m_from->currentData().toInt());
}

void JudgePromptsForm::setPinned(std::int64_t count) {
    m_pinned = count;
    Q_EMIT changed();
}

void JudgePromptsForm::apply(JudgeModelsRequest& request) const {
    request.from = from();
    if (from() == JudgePrompts::file) request.file = toStd(m_file->text().trimmed());
    request.prompts = m_count->value();
    request.temperature = m_temperature->value();
    request.max_tokens = m_tokens->value();
    request.seed = static_cast<std::uint64_t>(m_seed->value());
}

QString JudgePromptsForm::fromProblem(const std::vector<const ComparedRun*>& runs) const {
    if (from() == JudgePrompts::pinned && m_pinned == 0)
        return "No prompts are pinned in this workspace: pin some on the Completions page.";
    if (from() != JudgePrompts::held_out) return {};
    if (runs.empty()) return "Held-out prompts are those of a run's task: tick a run.";
    const QString tasks = differentTasks(runs);
    if (tasks.isEmpty()) return {};
    return "The runs are of different tasks: " + tasks +
           ". They have no held-out prompts in common; take a file, or pinned prompts.";
}

bool JudgePromptsForm::check(const std::vector<const ComparedRun*>& runs) {
    const QString problem = fromProblem(runs);
    const QString file = from() == JudgePrompts::file && m_file->text().trimmed().isEmpty()
                             ? QString("Name the file with the prompts.")
                             : QString();
    tellProblem(*m_fromProblem, problem);
    tellProblem(*m_fileProblem, file);
    return problem.isEmpty() && file.isEmpty();
}

}  // namespace plumb::ui
