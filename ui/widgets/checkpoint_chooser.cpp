// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint_chooser.h"

#include <algorithm>
#include <cstdlib>

#include <QComboBox>
#include <QHBoxLayout>

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "widgets/model_chooser.h"

namespace plumb::ui {

CheckpointChooser::CheckpointChooser(const QString& name, SessionBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge) {
    m_model = new ModelChooser(name + "Model", "No model", this);
    m_model->setAccessibleName("Model");
    m_step = new QComboBox(this);
    setFocusProxy(m_model);
    m_step->setObjectName(name + "Step");
    m_step->setAccessibleName("Checkpoint");
    m_step->setMinimumContentsLength(12);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_model, 1);
    layout->addWidget(m_step);
    connect(m_model, &ModelChooser::chosen, this, [this](const QString& model) {
        m_name = model;
        m_wanted.reset();
        readSteps();
        Q_EMIT changed();
    });
    connect(m_step, &QComboBox::activated, this, &CheckpointChooser::changed);
    showSteps({});
}

void CheckpointChooser::setRuns(const std::vector<RunRecord>& runs) {
    m_runs.clear();
    for (const RunRecord& run : runs)
        if (run.algorithm != "reward") m_runs.push_back(run);
    m_model->setRuns(m_runs);
    if (!m_name.isEmpty()) return;
    const auto newest = std::ranges::max_element(m_runs, {}, &RunRecord::id);
    if (newest != m_runs.end() && newest->step > 0) choose(newest->id, std::nullopt);
}

void CheckpointChooser::choose(RunId run, std::optional<std::int64_t> step) {
    m_name = QString::number(run);
    m_model->setModel(m_name);
    m_wanted = step;
    readSteps();
    Q_EMIT changed();
}

void CheckpointChooser::chooseModel(const QString& model) {
    m_name = model;
    m_model->setModel(m_name);
    m_wanted.reset();
    readSteps();
    Q_EMIT changed();
}

QString CheckpointChooser::model() const {
    const QString step = m_step->currentData().toString();
    return step.isEmpty() ? m_name : m_name + "@" + step;
}

std::optional<RunId> CheckpointChooser::run() const {
    bool isNumber = false;
    const RunId id = m_name.toLongLong(&isNumber);
    return isNumber ? std::optional(id) : std::nullopt;
}

void CheckpointChooser::readSteps() {
    showSteps({});
    const auto id = run();
    if (!id) return;
    m_bridge.query(
        this, [id = *id](StoreReader& reader) { return reader.checkpoints(id); },
        [this, id](const Result<std::vector<CheckpointRecord>>& checkpoints) {
            if (checkpoints.ok() && run() == id) showSteps(checkpoints.value());
        });
}

void CheckpointChooser::showSteps(const std::vector<CheckpointRecord>& checkpoints) {
    m_step->clear();
    m_step->addItem("newest", QString());
    std::vector<CheckpointRecord> ordered = checkpoints;
    std::ranges::sort(ordered, std::ranges::greater(), &CheckpointRecord::step);
    for (const CheckpointRecord& checkpoint : ordered)
        m_step->addItem(
            QString("step %1%2").arg(checkpoint.step).arg(checkpoint.is_best ? ", best" : ""),
            QString::number(checkpoint.step));
    m_step->setEnabled(!ordered.empty());
    if (!m_wanted || ordered.empty()) return;
    const auto distance = [this](const CheckpointRecord& checkpoint) {
        return std::abs(checkpoint.step - *m_wanted);
    };
    const auto nearest = std::ranges::min_element(ordered, {}, distance);
    m_step->setCurrentIndex(m_step->findData(QString::number(nearest->step)));
    Q_EMIT changed();
}

}  // namespace plumb::ui
