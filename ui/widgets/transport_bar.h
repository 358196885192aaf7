// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QFrame>
#include <QString>

class QLabel;
class QPushButton;
class QSlider;

namespace plumb::ui {

/// What the bar is about; decides its buttons.
enum class TransportState {
    nothing,    ///< no run and no settings are shown
    draft,      ///< settings that can be started
    queueable,  ///< settings that can wait for the run that is going on
    starting,   ///< on its way to the worker
    running,
    pausing,  ///< asked for, after the current step
    paused,
    ended,      ///< cannot go on: finished or without a checkpoint; can be repeated
    resumable,  ///< ended before its last step, with a checkpoint
};

/// Start, pause, resume, finish, abort; phase, step, time left and speed; and the slider over the
/// steps of the run, which chooses the step that charts and completions show.
class TransportBar : public QFrame {
    Q_OBJECT

public:
    explicit TransportBar(QWidget* parent = nullptr);

    void setState(TransportState state);
    TransportState state() const { return m_state; }
    /// "evaluate", "supervised: textbook", ...; empty for none.
    void setPhase(const QString& phase);
    /// Steps done and to do; total 0: not known.
    void setSteps(std::int64_t done, std::int64_t total);
    /// Below 0: not known.
    void setTimeLeft(double seconds);
    void setSpeed(double tokensPerSecond);
    /// A sentence in place of speed and time: how the run ended, or what it is waiting for.
    void setNote(const QString& note);

    /// The step that is looked at; nothing: the newest one ("live").
    void setShownStep(std::optional<std::int64_t> step);

    /// What the space bar does: the primary button, if it is enabled.
    void pressPrimary();
    /// So that Return and Space start what is shown, and letters are shortcuts.
    void focusPrimary();

Q_SIGNALS:
    void startRequested();
    void pauseRequested();
    void continueRequested();
    void resumeRequested();
    /// A new run with the settings of the one that has ended.
    void repeatRequested();
    void finishRequested();
    void abortRequested();
    /// By the slider.
    void stepChosen(qint64 step);
    void liveRequested();

private:
    void updateTexts();

    TransportState m_state = TransportState::nothing;
    QString m_phase, m_note;
    std::int64_t m_done = 0, m_total = 0;
    double m_secondsLeft = -1, m_speed = 0;
    std::optional<std::int64_t> m_shownStep;
    bool m_primaryHeld = false;  ///< the first button had the keyboard when it was last pressed
    QPushButton *m_primary, *m_finish, *m_abort, *m_live;
    QLabel *m_where, *m_details, *m_step;
    QSlider* m_slider;
};

}  // namespace plumb::ui
