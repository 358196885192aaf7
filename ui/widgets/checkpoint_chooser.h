// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "store/records.h"

class QComboBox;

namespace plumb::ui {

class ModelChooser;
class SessionBridge;

/// Names a model to talk to: a run with one of its checkpoints, or a folder.
class CheckpointChooser : public QWidget {
    Q_OBJECT

public:
    /// The parts' objectNames begin with the name.
    CheckpointChooser(const QString& name, SessionBridge& bridge, QWidget* parent = nullptr);

    /// Runs that write text; the newest is chosen where nothing was.
    void setRuns(const std::vector<RunRecord>& runs);
    /// The run's checkpoint nearest to the step; without a step its newest weights.
    void choose(RunId run, std::optional<std::int64_t> step);
    /// A folder, or RUN[@STEP].
    void chooseModel(const QString& model);
    /// As GenerateRequest::model; empty: nothing is chosen.
    QString model() const;

Q_SIGNALS:
    void changed();

private:
    void readSteps();
    void showSteps(const std::vector<CheckpointRecord>& checkpoints);
    std::optional<RunId> run() const;

    SessionBridge& m_bridge;
    ModelChooser* m_model;
    QComboBox* m_step;
    QString m_name;                        ///< of the model: a run's number, or a folder
    std::optional<std::int64_t> m_wanted;  ///< the step to choose once the checkpoints are known
    std::vector<RunRecord> m_runs;
};

}  // namespace plumb::ui
