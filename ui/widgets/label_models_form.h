// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "session/label_requests.h"
#include "store/records.h"

class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace plumb::ui {

class CheckpointChooser;
class SessionBridge;

/// Which two models answer which prompts, and how they sample.
class LabelModelsForm : public QWidget {
    Q_OBJECT

public:
    explicit LabelModelsForm(SessionBridge& bridge, QWidget* parent = nullptr);

    void setRuns(const std::vector<RunRecord>& runs);
    /// The queue's name is left empty.
    CompareModelsRequest request() const;
    QString suggestedName() const;
    QString problem() const;

Q_SIGNALS:
    void changed();

private:
    /// The run's name in the place of its number, as far as it is one.
    QString modelText(const CheckpointChooser& model) const;
    QWidget* makeFile();
    void chooseFile();

    std::vector<RunRecord> m_runs;
    CheckpointChooser *m_a, *m_b;
    QLineEdit* m_file;
    QSpinBox *m_prompts, *m_tokens, *m_seed;
    QDoubleSpinBox* m_temperature;
};

}  // namespace plumb::ui
