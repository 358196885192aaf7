// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QDialog>

#include "analysis/compare/comparison.h"
#include "bridge/answer_set_maker.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

class JobProgress;
class JudgeJudgesForm;
class JudgeModelsForm;
class JudgePromptsForm;
class SessionBridge;

/// Makes a judged set: compared runs answer the same prompts, and judges score the answers; or lets
/// further judges score a set that is there. Work goes on beside the window. Deletes itself when it
/// closes.
class JudgeDialog : public QDialog {
    Q_OBJECT

public:
    JudgeDialog(SessionBridge& bridge, std::shared_ptr<const Comparison> comparison,
                QWidget* parent);
    /// Further judges for the set.
    JudgeDialog(SessionBridge& bridge, AnswerSet set, QWidget* parent);

    /// People alone are ticked.
    void askPeople();
    /// Stops what goes on, then closes.
    void reject() override;

Q_SIGNALS:
    /// note: what cannot be compared, or not without care. queue: for people; 0: none was made.
    void judged(plumb::AnswerSetId set, plumb::LabelQueueId queue, const QString& note);

private:
    JudgeDialog(SessionBridge& bridge, QWidget* parent, const QString& action);
    void addSection(const QString& title, QWidget* form);
    void finishLayout();
    void readChoices();
    void check();
    void begin();
    void showBusy(bool busy);
    void showFailure(const QString& message, AnswerSetId set);
    void tell(const QString& text, const char* role);

    SessionBridge& m_bridge;
    AnswerSetMaker* m_maker;
    std::optional<AnswerSet> m_set;  ///< whose answers are judged; empty: a new one is made
    bool m_closing = false;
    QWidget* m_form;
    QVBoxLayout* m_sections;
    JudgeModelsForm* m_models = nullptr;
    JudgePromptsForm* m_prompts = nullptr;
    JudgeJudgesForm* m_judges = nullptr;
    QLineEdit* m_name = nullptr;
    QLabel* m_problem;
    JobProgress* m_progress;
    QPushButton *m_start, *m_cancel;
};

}  // namespace plumb::ui
