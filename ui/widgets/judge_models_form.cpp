// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judge_models_form.h"

#include <algorithm>

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QListWidget>
#include <QPainter>
#include <QSpinBox>

#include "common/text.h"
#include "common/theme.h"
#include "widgets/checked_row.h"
#include "widgets/model_chooser.h"

namespace plumb::ui {
namespace {

constexpr int most_steps = 100'000'000, list_height = 112, most_listed = 6;

QIcon iconOf(const std::string& colour, const QPalette& palette) {
    QPixmap picture(10, 10);
    picture.fill(curveColour(colour, palette));
    return QIcon(picture);
}

QString runText(const RunGroup& group, const ComparedRun& run) {
    return QString("%1: %2, seed %3")
        .arg(toQString(group.name), toQString(run.record.name))
        .arg(run.settings.seed);
}

/// "20, 40, 60"
QString stepsText(const std::vector<CheckpointRecord>& checkpoints) {
    QStringList steps;
    for (const CheckpointRecord& checkpoint : checkpoints)
        steps << QString::number(checkpoint.step);
    if (steps.size() > most_listed) steps = steps.mid(0, 1) + QStringList{"..."} + steps.last(3);
    return steps.join(", ");
}

}  // namespace

JudgeModelsForm::JudgeModelsForm(std::shared_ptr<const Comparison> comparison, QWidget* parent)
    : QWidget(parent), m_comparison(std::move(comparison)) {
    auto* form = makeForm(this);
    m_which = makeBox("judgeRuns", {"one of each group", "every run"});
    m_list = new QListWidget(this);
    m_list->setObjectName("judgeModels");
    m_list->setFixedHeight(list_height);
    m_list->setIconSize({10, 10});
    auto* place = new QWidget(this);
    place->setObjectName("judgeCheckpointPlace");
    m_checkpoint = makeBox("judgeCheckpoint", {"newest", "best", "of step"});
    m_checkpoint->setAccessibleName("Checkpoint");
    m_step = makeNumber("judgeStep", 0, most_steps, 0, place);
    m_step->setAccessibleName("Step of the checkpoints");
    auto* beside = new QHBoxLayout(place);
    beside->setContentsMargins(0, 0, 0, 0);
    beside->setSpacing(6);
    beside->addWidget(m_checkpoint, 1);
    beside->addWidget(m_step);
    place->setFocusProxy(m_checkpoint);
    m_also = new ModelChooser("judgeAlso", "no other", this);
    addRow(*form, "Runs", m_which, "Which of the compared runs are offered");
    m_listProblem =
        addCheckedRow(*form, "Models", m_list, "Those that are ticked answer the prompts");
    m_checkpointProblem =
        addCheckedRow(*form, "Checkpoint", place, "Which checkpoint of each run answers");
    addRow(*form, "And also", m_also,
           "Another run, or a folder: the model that training began with, say");
    const auto tell = [this] { Q_EMIT changed(); };
    connect(m_which, &QComboBox::currentIndexChanged, this, [this, tell] {
        fill();
        tell();
    });
    connect(m_checkpoint, &QComboBox::currentIndexChanged, this, [this, tell] {
        m_step->setVisible(m_checkpoint->currentIndex() == AtStep);
        tell();
    });
    connect(m_step, &QSpinBox::valueChanged, this, tell);
    connect(m_list, &QListWidget::itemChanged, this, tell);
    connect(m_also, &ModelChooser::chosen, this, [this, tell](const QString& model) {
        m_alsoModel = model;
        tell();
    });
    m_step->hide();
    fill();
}

QComboBox* JudgeModelsForm::makeBox(const char* name, const QStringList& items) {
    auto* box = new QComboBox(this);
    box->setObjectName(name);
    box->addItems(items);
    return box;
}

void JudgeModelsForm::setRuns(const std::vector<RunRecord>& runs) {
    std::vector<RunRecord> writing = runs;
    std::erase_if(writing, [](const RunRecord& run) { return run.algorithm == "reward"; });
    m_also->setRuns(writing);
}

void JudgeModelsForm::fill() {
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    std::int64_t newest = 0;
    for (const RunGroup& group : m_comparison->groups) {
        if (group.algorithm == "reward") continue;
        for (const std::size_t index : group.runs) {
            const ComparedRun& run = m_comparison->runs[index];
            auto* item = new QListWidgetItem(iconOf(group.colour, palette()), runText(group, run));
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
            item->setCheckState(Qt::Checked);
            item->setData(Qt::UserRole, static_cast<qulonglong>(index));
            m_list->addItem(item);
            newest = std::max(newest, run.record.step);
            if (m_which->currentIndex() == OneOfGroup) break;
        }
    }
    const QSignalBlocker still(m_step);
    if (m_step->value() == 0) m_step->setValue(static_cast<int>(newest));
}

std::vector<const ComparedRun*> JudgeModelsForm::chosenRuns() const {
    std::vector<const ComparedRun*> runs;
    for (int row = 0; row < m_list->count(); ++row) {
        const QListWidgetItem* item = m_list->item(row);
        if (item->checkState() == Qt::Checked)
            runs.push_back(&m_comparison->runs[item->data(Qt::UserRole).toULongLong()]);
    }
    return runs;
}

void JudgeModelsForm::apply(JudgeModelsRequest& request) const {
    for (const ComparedRun* run : chosenRuns()) {
        std::string model = std::to_string(run->record.id);
        if (m_checkpoint->currentIndex() == Best) model += "@best";
        if (m_checkpoint->currentIndex() == AtStep) model += "@" + std::to_string(m_step->value());
        request.models.push_back(std::move(model));
    }
    if (!m_alsoModel.isEmpty()) request.models.push_back(toStd(m_alsoModel));
}

QString JudgeModelsForm::problemOf(const ComparedRun& run) const {
    const QString name = toQString(run.record.name);
    const auto& checkpoints = run.checkpoints;
    const auto has = [&checkpoints](auto field, auto value) {
        return std::ranges::find(checkpoints, value, field) != checkpoints.end();
    };
    // A paused run answers with the policy as it stands.
    const bool isHeld = run.record.state == RunState::paused;
    if (checkpoints.empty() && !(isHeld && m_checkpoint->currentIndex() == Newest))
        return name + " has no checkpoint yet.";
    if (m_checkpoint->currentIndex() == Best && !has(&CheckpointRecord::is_best, true))
        return name + " has no best checkpoint, since it was not evaluated.";
    const std::int64_t step = m_step->value();
    if (m_checkpoint->currentIndex() == AtStep && !has(&CheckpointRecord::step, step))
        return QString("%1 has no checkpoint of step %2; it has %3.")
            .arg(name)
            .arg(step)
            .arg(stepsText(checkpoints));
    return {};
}

QString JudgeModelsForm::checkpointProblem() const {
    for (const ComparedRun* run : chosenRuns())
        if (const QString problem = problemOf(*run); !problem.isEmpty()) return problem;
    return {};
}

bool JudgeModelsForm::check() {
    const auto count = chosenRuns().size() + (m_alsoModel.isEmpty() ? 0 : 1);
    const QString few = count < 2 ? QString("Tick at least two models.") : QString();
    const QString missing = checkpointProblem();
    tellProblem(*m_listProblem, few);
    tellProblem(*m_checkpointProblem, missing);
    return few.isEmpty() && missing.isEmpty();
}

}  // namespace plumb::ui
