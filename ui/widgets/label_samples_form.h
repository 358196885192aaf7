// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "session/label_sampling.h"
#include "store/records.h"

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace plumb::ui {

/// Which of a run's samples become a queue.
class LabelSamplesForm : public QWidget {
    Q_OBJECT

public:
    explicit LabelSamplesForm(QWidget* parent = nullptr);

    /// Runs that have sampled; chosen: the one to begin with.
    void setRuns(const std::vector<RunRecord>& runs, std::optional<RunId> chosen);
    SamplesToJudge samples() const;
    QString suggestedName() const;
    QString problem() const;

Q_SIGNALS:
    void changed();

private:
    QComboBox *m_run, *m_ended;
    QSpinBox *m_first, *m_last, *m_most;
    QDoubleSpinBox* m_difference;
    QLineEdit* m_prompt;
};

}  // namespace plumb::ui
