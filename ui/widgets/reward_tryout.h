// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include <QTimer>
#include <QWidget>

#include "config/settings.h"
#include "session/reward_trial.h"

class QCheckBox;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace plumb::ui {

class ElidedLabel;
class RewardResults;
class TrialRowPicker;

/// Tries the reward functions of some settings on a typed text, or on a row of the data. They are
/// asked one after the other on another thread; one that hangs can be cancelled and has ended then.
class RewardTryout : public QWidget {
    Q_OBJECT

public:
    explicit RewardTryout(QWidget* parent = nullptr);
    /// Ends what is being asked.
    ~RewardTryout() override;

    /// The functions, their settings and weights. What is being asked goes on, unless the functions
    /// are others now.
    void setSettings(const Settings& settings);
    /// Where models are looked up.
    void setPlace(const TrialPlace& place);
    void tryNow();
    void cancel();
    bool isBusy() const { return m_asked.has_value(); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeText();
    QWidget* makeActions();
    void askNext();
    void takeAnswer(const Result<RewardTrial>& trial);
    void end(const QString& state);
    void forget();
    void showAsked();
    void updateButtons();

    Settings m_settings;
    TrialPlace m_place;
    TrialText m_text;                    ///< that is being tried
    std::optional<std::size_t> m_asked;  ///< place of the function that is asked now
    std::chrono::steady_clock::time_point m_since;
    std::stop_source m_asking;
    QString m_length;  ///< of the text as the last function saw it
    TrialRowPicker* m_rows;
    QPlainTextEdit *m_prompt, *m_completion;
    QLineEdit* m_answer;
    QCheckBox* m_ended;
    QPushButton *m_try, *m_cancel;
    ElidedLabel* m_state;
    RewardResults* m_results;
    QTimer m_clock;
};

}  // namespace plumb::ui
