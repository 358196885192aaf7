// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "bridge/session_bridge.h"
#include "models/run_list_model.h"
#include "pages/compare_page.h"

namespace plumb {
struct ExperimentPlan;
}

namespace plumb::ui {

/// What the Compare page asks for: dialogs that queue runs or have answers judged, and reports.
class CompareActions : public QObject {
    Q_OBJECT

public:
    struct Parts {
        SessionBridge& bridge;
        ComparePage& page;
        RunListModel& runs;
    };

    /// window: the parent of dialogs.
    CompareActions(Parts parts, QWidget* window);

    /// Answers of the compared runs' checkpoints, judged.
    void judge();
    void compareThree();
    void sweep();

Q_SIGNALS:
    void told(const QString& text);
    void problem(const QString& message);
    /// Its runs wait in the queue.
    void comparisonQueued(const QString& name);
    void labellingRequested(const QString& queue);

private:
    void queue(const ExperimentPlan& plan);
    void askPeople(AnswerSetId set);
    void report(ComparePage::Report what);

    Parts m_parts;
    QWidget* m_window;
};

}  // namespace plumb::ui
