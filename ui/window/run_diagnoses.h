// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QObject>
#include <QString>

#include "bridge/diagnosis_feed.h"
#include "bridge/run_feed.h"
#include "bridge/session_bridge.h"
#include "widgets/diagnosis_card.h"

namespace plumb::ui {

class DiagnosesPanel;

/// Keeps the diagnoses of the shown run before the user, and does what is clicked there: edits go
/// the way of all edits, with the diagnosis as their reason.
class RunDiagnoses : public QObject {
    Q_OBJECT

public:
    RunDiagnoses(SessionBridge& bridge, RunFeed& feed, DiagnosesPanel& panel,
                 QObject* parent = nullptr);

    /// No run is shown.
    void clear();
    void setRemedies(Remedies remedies);

Q_SIGNALS:
    /// How many stand that are worse than a note.
    void countChanged(int count);
    /// A run that is not started yet, with a suggestion taken.
    void draftRequested(const plumb::Settings& settings, const QString& name);
    void problem(const QString& message);

private:
    void showRun(const RunDetails& details);
    void edit(const Suggestion& suggestion, const QString& reason);
    void resume(const Suggestion& suggestion, const QString& reason);
    void draft(const Suggestion& suggestion);
    void handle(const Event& event);

    SessionBridge& m_bridge;
    DiagnosesPanel& m_panel;
    DiagnosisFeed m_feed;
    std::optional<RunRecord> m_run;
    Settings m_settings;  ///< as they stand
};

}  // namespace plumb::ui
