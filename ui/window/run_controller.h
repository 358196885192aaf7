// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QObject>
#include <QString>

#include "bridge/run_feed.h"
#include "bridge/session_bridge.h"
#include "config/settings.h"
#include "models/run_list_model.h"
#include "window/run_diagnoses.h"
#include "window/run_predictions.h"

namespace plumb::ui {

class MessageBar;
class SettingsPanel;
class TrainPage;
class TransportBar;

/// Decides what the Train page, the settings and the transport bar show, a draft or a run, and
/// turns what is pressed there into commands of the session.
class RunController : public QObject {
    Q_OBJECT

public:
    struct Views {
        TrainPage& train;
        SettingsPanel& settings;
        TransportBar& transport;
        MessageBar& messages;
        RunListModel& runs;
    };

    RunController(SessionBridge& bridge, Views views, QObject* parent = nullptr);

    /// Settings that wait for the start button, and the edits that the run is to make again.
    void showDraft(const Settings& settings, const QString& name,
                   std::vector<PlannedEdit> edits = {});
    void showRun(RunId run);
    void showNothing();
    /// The settings of a run as a draft.
    void duplicate(RunId run);
    /// The same with its edits.
    void repeat(RunId run);
    void startDraft();
    /// Puts the run into the queue where another is going on.
    void start(const Settings& settings, const QString& name);
    void resume(RunId run);
    /// The next run that the queue starts is shown.
    void awaitQueue() { m_awaitsQueue = true; }
    /// Reads the list of runs again.
    void refreshRuns();
    /// The newest step again.
    void goLive();
    /// The step that is looked at; nothing: the newest.
    void chooseStep(std::optional<std::int64_t> step);

    std::optional<RunId> shownRun() const { return m_feed.shownRun(); }
    /// The step that was chosen to be looked at; nothing: the newest.
    std::optional<std::int64_t> chosenStep() const { return m_feed.chosenStep(); }
    bool showsDraft() const { return m_showsDraft; }
    /// Of the draft, or of the shown run.
    QString shownName() const;

Q_SIGNALS:
    /// What is shown has changed: a run, or nothing for a draft.
    void shownChanged(std::optional<plumb::RunId> run);
    /// The same, because the queue went on from the run that was shown: nobody asked for it.
    void shownFollowed(plumb::RunId run);
    /// The run's data were read; nothing: no run is shown.
    void detailsShown(const plumb::ui::RunDetails* details);
    /// The step that is looked at; nothing: the newest.
    void stepShown(std::optional<std::int64_t> step);
    /// The shown run has made an update.
    void stepDone(qint64 step);
    /// The core has refused to start what was asked for.
    void startRefused(const QString& message);
    void runsRead();

private:
    /// The worker's run as its events tell it.
    struct Active {
        RunId run = 0;
        QString phase = "starting";
        std::int64_t step = 0, totalSteps = 0;
        double secondsLeft = -1, tokensPerSecond = 0;
        bool pausing = false, paused = false;
        QString pauseReason = {};
    };

    void handle(const Event& event);
    void handleStart(const RunStarted& started);
    void handleEnd(const RunEnded& ended);
    void showDetails(const RunDetails& details);
    void setShown(RunId run);
    void showPlan(RunId run, bool withEdits);
    void begin(const Settings& settings, const QString& name,
               const std::vector<PlannedEdit>& edits);
    void updateTransport();
    Remedies remedies() const;
    void edit(const QString& key, const QString& value, const QString& reason);
    void askToAbort();
    bool showsActive() const;
    /// Whether the draft can be started.
    bool draftIsSound() const;

    SessionBridge& m_bridge;
    Views m_views;
    RunFeed m_feed;
    RunPredictions m_predictions;
    RunDiagnoses m_diagnoses;
    std::optional<Active> m_active;
    std::optional<RunDetails> m_details;
    bool m_showsDraft = false;
    std::vector<PlannedEdit> m_draftEdits;
    bool m_awaitsQueue = false;
    std::optional<RunId> m_lastActive;  ///< the run that has ended last
};

}  // namespace plumb::ui
