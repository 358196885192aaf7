// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QObject>
#include <QTimer>

#include "analysis/diagnosis_watch.h"
#include "bridge/session_bridge.h"
#include "config/settings.h"
#include "store/records.h"

namespace plumb::ui {

/// What the workspace holds of one run, completions aside.
struct RunDetails {
    RunRecord record;
    Settings settings;        ///< as they stand after all edits
    QString settingsProblem;  ///< why the stored settings cannot be read; empty: they can
    MetricTable metrics;
    std::vector<EditRecord> edits;
    std::vector<CheckpointRecord> checkpoints;
    std::vector<std::int64_t> completionSteps;
    std::shared_ptr<DiagnosisWatch> watch;  ///< a copy of what diagnoses need, made by the reader
};

/// The data of the run that the window shows: read from the workspace once, then kept up to date by
/// the session's events. Where events were dropped, it is read again.
class RunFeed : public QObject {
    Q_OBJECT

public:
    explicit RunFeed(SessionBridge& bridge, QObject* parent = nullptr);

    /// Ends in loaded() or failed(). Nothing: no run is shown.
    void show(std::optional<RunId> run);
    std::optional<RunId> shownRun() const { return m_run; }
    /// The completions of a step, or of the newest one; ends in completionsLoaded().
    void chooseStep(std::optional<std::int64_t> step);
    std::optional<std::int64_t> chosenStep() const { return m_step; }
    void reload();

Q_SIGNALS:
    void loaded(const plumb::ui::RunDetails& details);
    void failed(const QString& message);
    void stepDone(qint64 step, const plumb::Metrics& metrics);
    /// Edits or checkpoints have changed.
    void marksChanged(const std::vector<plumb::EditRecord>& edits,
                      const std::vector<plumb::CheckpointRecord>& checkpoints);
    void completionsLoaded(qint64 step, const std::vector<plumb::CompletionRecord>& rows);

private:
    void handle(const Event& event);
    void handleStep(const StepDone& event);
    void adopt(RunDetails details);
    void loadMarks();
    void wantCompletions();
    void loadCompletions();

    SessionBridge& m_bridge;
    std::optional<RunId> m_run;
    std::optional<std::int64_t> m_step;
    bool m_loading = false;
    std::vector<StepDone> m_meanwhile;  ///< arrived while the run was read
    std::int64_t m_lastStep = 0;        ///< of the updates
    bool m_completionsWanted = false, m_completionsOnTheWay = false;
    QTimer m_completionTimer;
};

}  // namespace plumb::ui
