// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>
#include <vector>

#include "widgets/experiment_dialog.h"

class QComboBox;

namespace plumb::ui {

/// One setting at several values, over seeds: of a preset, or of a run that is there.
class SweepDialog : public ExperimentDialog {
    Q_OBJECT

public:
    /// runs: bases beside the presets, with what they are called.
    SweepDialog(std::vector<std::pair<QString, Settings>> runs, QWidget* parent);

protected:
    std::optional<Experiment> experiment() override;
    void refine(ExperimentOptions&) const override {}

private:
    void showBase();
    void showField();

    std::vector<std::pair<QString, Settings>> m_bases;
    QComboBox *m_base, *m_key;
    QLineEdit* m_values;
    QLabel *m_help, *m_keyError, *m_valuesError;
};

}  // namespace plumb::ui
