// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QWidget>

#include "analysis/compare/comparison.h"
#include "session/judge_requests.h"

class QComboBox;
class QLabel;
class QListWidget;
class QSpinBox;

namespace plumb::ui {

class ModelChooser;

/// Which models answer: checkpoints of compared runs, and another one.
class JudgeModelsForm : public QWidget {
    Q_OBJECT

public:
    explicit JudgeModelsForm(std::shared_ptr<const Comparison> comparison,
                             QWidget* parent = nullptr);

    /// Runs that a further model can be chosen from.
    void setRuns(const std::vector<RunRecord>& runs);
    void apply(JudgeModelsRequest& request) const;
    /// Tells beside the fields what is wrong; whether nothing is.
    bool check();
    /// The runs whose models answer.
    std::vector<const ComparedRun*> chosenRuns() const;

Q_SIGNALS:
    void changed();

private:
    enum Which { OneOfGroup, EveryRun };
    enum Checkpoint { Newest, Best, AtStep };

    QComboBox* makeBox(const char* name, const QStringList& items);
    void fill();
    QString checkpointProblem() const;
    QString problemOf(const ComparedRun& run) const;

    std::shared_ptr<const Comparison> m_comparison;
    QComboBox *m_which, *m_checkpoint;
    QSpinBox* m_step;
    QListWidget* m_list;
    ModelChooser* m_also;
    QString m_alsoModel;
    QLabel *m_listProblem, *m_checkpointProblem;
};

}  // namespace plumb::ui
