// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <stop_token>
#include <vector>

#include <QDialog>
#include <QTimer>

#include "analysis/compare/comparison.h"
#include "bridge/session_bridge.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace plumb::ui {

/// Checkpoints of compared runs answer the same prompts, and judges score the answers: which
/// models, which prompts, who judges; then progress, and a button that stops it. Deletes itself
/// when it closes.
class JudgeDialog : public QDialog {
    Q_OBJECT

public:
    /// runs: of the workspace, among which reward models are looked for.
    JudgeDialog(SessionBridge& bridge, std::shared_ptr<const Comparison> comparison,
                const std::vector<RunRecord>& runs, QWidget* parent);
    ~JudgeDialog() override;

    /// What would be asked for now.
    JudgeModelsRequest request() const;
    /// What is missing; empty: nothing.
    QString missing() const;
    /// Stops what goes on.
    void reject() override;

Q_SIGNALS:
    /// note: what cannot be compared, or not without care; empty otherwise.
    void judged(plumb::AnswerSetId set, const QString& note);
    void peopleRequested(plumb::AnswerSetId set);

private:
    struct Counts {
        std::atomic<std::int64_t> done{0}, total{0};
    };

    void makeModels(QFormLayout& form);
    void makePrompts(QFormLayout& form);
    void makeJudges(QFormLayout& form, const std::vector<RunRecord>& runs);
    void makeButtons();
    void chooseFile();
    void check();
    void begin();
    void poll();
    void showBusy(bool busy);
    void showProblem(const QString& text, const char* role);

    SessionBridge& m_bridge;
    std::shared_ptr<const Comparison> m_comparison;
    QWidget* m_form;
    QListWidget* m_models;
    QComboBox *m_checkpoint, *m_from, *m_rewardModel, *m_rule;
    QSpinBox *m_step, *m_prompts, *m_seed;
    QDoubleSpinBox* m_temperature;
    QLineEdit* m_file;
    QWidget* m_fileRow;
    QCheckBox *m_gold, *m_people;
    QLabel* m_problem;
    QProgressBar* m_progress;
    QPushButton *m_begin, *m_cancel;
    QTimer m_timer;
    std::shared_ptr<Counts> m_counts;
    std::stop_source m_stop;
    std::future<Result<JudgeModelsReply>> m_reply;
    bool m_closing = false;
};

}  // namespace plumb::ui
