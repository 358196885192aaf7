// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QComboBox>

#include "store/records.h"

namespace plumb::ui {

/// Names a model: nothing, a run of the workspace, or a folder.
class ModelChooser : public QComboBox {
    Q_OBJECT

public:
    /// emptyText: what it means to name none.
    ModelChooser(const QString& name, const QString& emptyText, QWidget* parent = nullptr);

    /// The runs whose models fit; those without a step have none yet.
    void setRuns(const std::vector<RunRecord>& runs);
    /// As in model_name_or_path; one that is not in the list is added to it. Does not emit
    /// chosen().
    void setModel(const QString& model);
    /// What it means to name none, from now on.
    void setEmptyText(const QString& text);

Q_SIGNALS:
    void chosen(const QString& model);

protected:
    /// Scrolling the form must not change what passes below the mouse.
    void wheelEvent(QWheelEvent* event) override;

private:
    void chooseFolder();
    void fill();

    QString m_emptyText, m_model;
    std::vector<RunRecord> m_runs;
};

}  // namespace plumb::ui
