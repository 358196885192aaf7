// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/transport_bar.h"

#include <utility>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

QString primaryText(TransportState state) {
    switch (state) {
        case TransportState::running: return "Pause";
        case TransportState::pausing: return "Pausing";
        case TransportState::paused: return "Go on";
        case TransportState::resumable: return "Resume";
        case TransportState::ended: return "Repeat";
        case TransportState::starting: return "Starting";
        case TransportState::queueable: return "Add to queue";
        default: return "Start";
    }
}

QString speedText(double tokensPerSecond) {
    if (tokensPerSecond >= 1000) return QString::number(tokensPerSecond / 1000, 'f', 1) + "k tok/s";
    return QString::number(tokensPerSecond, 'f', 0) + " tok/s";
}

}  // namespace

TransportBar::TransportBar(QWidget* parent) : QFrame(parent) {
    setObjectName("transportBar");
    setProperty("role", "transport");
    m_primary = new QPushButton(this);
    m_primary->setObjectName("transportPrimary");
    m_primary->setProperty("primary", true);
    m_primary->setMinimumWidth(116);
    m_finish = new QPushButton("Finish", this);
    m_finish->setObjectName("transportFinish");
    m_finish->setToolTip("Ends after this step: evaluates, saves, and counts as finished");
    m_abort = new QPushButton("Abort", this);
    m_abort->setObjectName("transportAbort");
    m_abort->setToolTip("Ends at once without saving; what was recorded stays");
    m_where = new QLabel(this);
    m_where->setObjectName("transportWhere");
    m_details = new QLabel(this);
    m_details->setObjectName("transportDetails");
    m_details->setProperty("role", "small");
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setObjectName("timeSlider");
    m_slider->setRange(0, 0);
    m_slider->setToolTip("Chooses the step that charts and completions show");
    m_slider->setAccessibleName("Step");
    m_step = new QLabel(this);
    m_step->setObjectName("transportStep");
    m_step->setFont(monospacedFont());
    m_step->setMinimumWidth(86);
    m_live = new QPushButton("Live  " + keyText("live"), this);
    m_live->setObjectName("transportLive");
    m_live->setToolTip("Back to the newest step");

    auto* texts = new QVBoxLayout;
    texts->setSpacing(0);
    texts->addWidget(m_where);
    texts->addWidget(m_details);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(14, 8, 14, 8);
    layout->setSpacing(12);
    layout->addWidget(m_primary);
    layout->addWidget(m_finish);
    layout->addWidget(m_abort);
    layout->addLayout(texts);
    layout->addWidget(m_slider, 1);
    layout->addWidget(m_step);
    layout->addWidget(m_live);
    m_where->setMinimumWidth(210);

    connect(m_primary, &QPushButton::clicked, this, [this] {
        switch (m_state) {
            case TransportState::draft:
            case TransportState::queueable: Q_EMIT startRequested(); break;
            case TransportState::running: Q_EMIT pauseRequested(); break;
            case TransportState::paused: Q_EMIT continueRequested(); break;
            case TransportState::resumable: Q_EMIT resumeRequested(); break;
            case TransportState::ended: Q_EMIT repeatRequested(); break;
            default: break;
        }
    });
    connect(m_finish, &QPushButton::clicked, this, &TransportBar::finishRequested);
    connect(m_abort, &QPushButton::clicked, this, &TransportBar::abortRequested);
    connect(m_live, &QPushButton::clicked, this, &TransportBar::liveRequested);
    connect(m_slider, &QSlider::valueChanged, this,
            [this](int value) { Q_EMIT stepChosen(value); });
    setState(TransportState::nothing);
}

void TransportBar::setState(TransportState state) {
    m_state = state;
    const bool active = state == TransportState::running || state == TransportState::pausing ||
                        state == TransportState::paused;
    m_primary->setText(primaryText(state) + "  " + keyText("primary"));
    const bool held = m_primary->hasFocus();
    m_primary->setEnabled(state != TransportState::nothing && state != TransportState::starting &&
                          state != TransportState::pausing);
    // A button that cannot be pressed loses the keyboard to the next: it gets it back.
    if (m_primary->isEnabled() && std::exchange(m_primaryHeld, false)) m_primary->setFocus();
    m_primaryHeld = m_primaryHeld || (held && !m_primary->isEnabled());
    m_finish->setEnabled(active);
    m_abort->setEnabled(active);
    updateTexts();
}

void TransportBar::setPhase(const QString& phase) {
    if (m_phase == phase) return;
    m_phase = phase;
    updateTexts();
}

void TransportBar::setSteps(std::int64_t done, std::int64_t total) {
    m_done = done;
    m_total = total;
    {
        const QSignalBlocker quiet(m_slider);
        m_slider->setRange(0, static_cast<int>(done));
        if (!m_shownStep) m_slider->setValue(static_cast<int>(done));
    }
    updateTexts();
}

void TransportBar::setTimeLeft(double seconds) {
    m_secondsLeft = seconds;
    updateTexts();
}

void TransportBar::setSpeed(double tokensPerSecond) {
    m_speed = tokensPerSecond;
    updateTexts();
}

void TransportBar::setNote(const QString& note) {
    m_note = note;
    updateTexts();
}

void TransportBar::setShownStep(std::optional<std::int64_t> step) {
    m_shownStep = step;
    const QSignalBlocker quiet(m_slider);
    m_slider->setValue(static_cast<int>(step.value_or(m_done)));
    updateTexts();
}

void TransportBar::pressPrimary() {
    if (m_primary->isEnabled()) m_primary->click();
}

void TransportBar::focusPrimary() { m_primary->setFocus(); }

void TransportBar::updateTexts() {
    const bool hasSteps = m_state != TransportState::nothing && m_state != TransportState::draft &&
                          m_state != TransportState::queueable &&
                          m_state != TransportState::starting;
    m_slider->setEnabled(hasSteps && m_done > 0);
    m_live->setEnabled(hasSteps && m_shownStep.has_value());
    m_step->setText(hasSteps ? QString("step %1").arg(m_shownStep.value_or(m_done)) : QString());

    QString where = m_phase;
    if (hasSteps) {
        const QString steps = m_total > 0 ? QString("step %1/%2").arg(m_done).arg(m_total)
                                          : QString("step %1").arg(m_done);
        where += (where.isEmpty() ? "" : " \u00B7 ") + steps;
    }
    m_where->setText(where);

    QStringList details;
    if (!m_note.isEmpty()) {
        details << m_note;
    } else if (m_finish->isEnabled()) {  // of the run that goes on, not of one that is looked at
        if (m_speed > 0) details << speedText(m_speed);
        if (m_secondsLeft >= 0) details << toQString(format_duration(m_secondsLeft)) + " left";
    }
    m_details->setText(details.join(" \u00B7 "));
    m_details->setToolTip(m_details->text());
    m_details->setVisible(!details.isEmpty());
}

}  // namespace plumb::ui
