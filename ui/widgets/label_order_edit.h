// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "bridge/label_queue_maker.h"
#include "store/records.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QSpinBox;

namespace plumb::ui {

class ModelChooser;

/// In which order a queue shows its items, which of them again, and which to everybody.
class LabelOrderEdit : public QWidget {
    Q_OBJECT

public:
    explicit LabelOrderEdit(QWidget* parent = nullptr);

    /// Runs that train a reward model, or have made one.
    void setRewardModels(const std::vector<RunRecord>& runs);
    void setOrder(const LabelOrder& order, const LabelShares& shares);
    /// Whether the items have rewards of a run that sampled them.
    void setHasRunRewards(bool has);
    LabelOrderWish wish() const;
    /// What is missing for it; empty: nothing.
    QString problem() const;

Q_SIGNALS:
    void changed();

private:
    void showKind();

    QFormLayout* m_form;
    QComboBox* m_kind;
    ModelChooser* m_model;
    QString m_chosenModel;
    bool m_hasRunRewards = true;
    QSpinBox *m_seed, *m_repeated, *m_doubled;
};

}  // namespace plumb::ui
