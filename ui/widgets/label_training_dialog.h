// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include <QDialog>

#include "session/label_training.h"
#include "store/label_records.h"
#include "store/records.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace plumb::ui {

class ModelChooser;
class SessionBridge;

/// What becomes of the verdicts of a queue: the reward model of a run that waits is refreshed and
/// the run goes on, or a reward model or DPO is trained on them. Says beforehand how many pairs
/// there are. Deletes itself when it closes.
class LabelTrainingDialog : public QDialog {
    Q_OBJECT

public:
    LabelTrainingDialog(SessionBridge& bridge, const LabelQueue& queue, QWidget* parent);
    ~LabelTrainingDialog() override;

Q_SIGNALS:
    /// The run that learns; 0: it waits in the queue.
    void started(plumb::RunId run);

private:
    enum Purpose { Refresh, Reward, Dpo };
    /// What the dialog offers, read from the workspace.
    struct Offer {
        std::optional<RunId> sampled;        ///< the run that the answers are samples of
        std::vector<RunRecord> models;       ///< runs that a new one may start from
        std::vector<RunRecord> refreshable;  ///< runs that wait and have a learned reward
        std::vector<std::string> annotators;
    };
    static Result<Offer> readOffer(StoreReader& reader, LabelQueueId queue);

    QWidget* makeForm();
    QWidget* makeButtons();
    QDoubleSpinBox* addNumber(QFormLayout& form, const char* name, const QString& title,
                              const QString& help, double most, int decimals);
    void showOffer(const Offer& offer);
    void showPurpose();
    void showRefreshSettings();
    Purpose purpose() const;
    LabelsToLearn labels() const;
    std::vector<PlannedEdit> refreshEdits() const;
    void count();
    void start();
    void tell(const QString& problem);
    void allow();

    SessionBridge& m_bridge;
    const LabelQueue m_queue;
    std::vector<RunRecord> m_refreshable;
    QString m_chosenModel;
    std::stop_source m_counting;
    std::int64_t m_pairs = -1;  ///< below 0: not counted yet
    bool m_starting = false;
    QFormLayout* m_form;
    QComboBox *m_purpose, *m_run, *m_annotator, *m_ties, *m_bothBad;
    ModelChooser* m_model;
    QDoubleSpinBox *m_heldOut, *m_epochs, *m_rate, *m_mix;
    QLineEdit* m_name;
    QLabel *m_help, *m_counts, *m_problem;
    QPushButton *m_cancel, *m_start;
};

}  // namespace plumb::ui
