// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/experiment_dialog.h"

class QComboBox;

namespace plumb::ui {

/// Starts one of the comparisons that come with the program: PPO, DPO and GRPO from one start, each
/// until the same budget, over seeds.
class CompareThreeDialog : public ExperimentDialog {
    Q_OBJECT

public:
    explicit CompareThreeDialog(QWidget* parent);

protected:
    std::optional<Experiment> experiment() override;
    void refine(ExperimentOptions& options) const override;

private:
    void showExperiment();

    QComboBox *m_experiment, *m_kind;
    QLabel *m_summary, *m_budgetError;
    QLineEdit* m_amount;
};

}  // namespace plumb::ui
