// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <QDialog>

#include "session/model_export.h"
#include "store/records.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace plumb::ui {

/// What to write of a run's model, and where.
struct ModelExportChoice {
    std::string model;  ///< RUN@STEP
    std::filesystem::path target;
    ExportForm form = ExportForm::whole;
};

/// Asks for the checkpoint of a run, whole or the adapter alone, and for the folder to write.
class ExportModelDialog : public QDialog {
    Q_OBJECT

public:
    /// adapted: the run trained a LoRA adapter. checkpoints: not empty.
    ExportModelDialog(const RunRecord& run, std::vector<CheckpointRecord> checkpoints, bool adapted,
                      QWidget* parent = nullptr);

    ModelExportChoice choice() const;

Q_SIGNALS:
    void exportChosen(const plumb::ui::ModelExportChoice& choice);

private:
    void browse();
    void check();

    RunId m_run;
    QString m_stem;  ///< of the folder that is suggested
    QComboBox* m_step;
    QRadioButton *m_whole, *m_adapter;
    QLineEdit* m_target;
    QLabel* m_problem;
    QPushButton* m_export;
};

}  // namespace plumb::ui
