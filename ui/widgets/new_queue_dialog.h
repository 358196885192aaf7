// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "store/records.h"
#include "widgets/label_queue_dialog.h"

class QComboBox;
class QLineEdit;

namespace plumb::ui {

class LabelModelsForm;
class LabelOrderEdit;
class LabelSamplesForm;

/// Makes a label queue: of a run's samples, or of what two models answer to the same prompts.
class NewQueueDialog : public LabelQueueDialog {
    Q_OBJECT

public:
    /// run: the one whose samples are offered first.
    NewQueueDialog(SessionBridge& bridge, std::optional<RunId> run, QWidget* parent);

protected:
    QString missing() const override;
    void begin() override;

private:
    void readRuns(std::optional<RunId> run);
    void showKind();
    bool isOfSamples() const;
    std::string name() const;

    QComboBox* m_kind;
    LabelSamplesForm* m_samples;
    LabelModelsForm* m_models;
    LabelOrderEdit* m_order;
    QLineEdit* m_name;
};

}  // namespace plumb::ui
