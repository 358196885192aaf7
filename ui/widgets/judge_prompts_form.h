// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "analysis/compare/compared_run.h"
#include "session/judge_requests.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace plumb::ui {

/// Which prompts models answer, and how they sample.
class JudgePromptsForm : public QWidget {
    Q_OBJECT

public:
    explicit JudgePromptsForm(QWidget* parent = nullptr);

    /// How many prompts are pinned in the workspace.
    void setPinned(std::int64_t count);
    void apply(JudgeModelsRequest& request) const;
    /// Tells beside the fields what is wrong for these runs; whether nothing is.
    bool check(const std::vector<const ComparedRun*>& runs);

Q_SIGNALS:
    void changed();

private:
    QWidget* makeFile();
    QWidget* makeSampling();
    void chooseFile();
    JudgePrompts from() const;
    QString fromProblem(const std::vector<const ComparedRun*>& runs) const;

    std::int64_t m_pinned = -1;  ///< below 0: not known yet
    QComboBox* m_from;
    QWidget* m_fileRow;
    QLineEdit* m_file;
    QSpinBox *m_count, *m_tokens, *m_seed;
    QDoubleSpinBox* m_temperature;
    QLabel *m_fromProblem, *m_fileProblem;
};

}  // namespace plumb::ui
