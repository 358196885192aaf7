// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <QWidget>

#include "store/records.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSpinBox;

namespace plumb::ui {

class ModelChooser;

/// Who judges answers: the gold reward, a reward function, a reward model, people.
class JudgeJudgesForm : public QWidget {
    Q_OBJECT

public:
    explicit JudgeJudgesForm(QWidget* parent = nullptr);

    /// Runs that have a reward model.
    void setRewardModels(const std::vector<RunRecord>& runs);
    /// Judges that have scored the answers already are not offered again.
    void leaveOut(const std::vector<std::string>& judges);
    /// Ticks people, and nobody else.
    void askPeople();
    /// As JudgeModelsRequest::judges, people left out.
    std::vector<std::string> judges() const;
    /// Items of the label queue that is to be made of the answers; 0: none is.
    std::int64_t people() const;
    /// Tells beside the fields what is wrong; whether nothing is.
    bool check();

Q_SIGNALS:
    void changed();

private:
    QCheckBox *m_gold, *m_people;
    QComboBox* m_rule;
    ModelChooser* m_model;
    QString m_modelName;
    QSpinBox* m_items;
    QLabel* m_problem;
};

}  // namespace plumb::ui
