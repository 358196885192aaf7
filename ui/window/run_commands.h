// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QObject>
#include <QPointer>

#include "bridge/session_bridge.h"
#include "models/run_list_model.h"
#include "widgets/run_actions.h"

namespace plumb::ui {

class MessageBar;
class RunController;
class RunOverlays;

/// Does with runs of the list what was chosen there: asks where something has to be asked, and
/// offers to undo a delete.
class RunCommands : public QObject {
    Q_OBJECT

public:
    struct Parts {
        SessionBridge& bridge;
        RunController& controller;
        RunListModel& runs;
        MessageBar& messages;
        RunOverlays& overlays;
    };

    /// window: the parent of dialogs.
    RunCommands(Parts parts, QWidget* window);

    void perform(RunAction action, const std::vector<RunId>& runs);
    void setShade(const std::vector<RunId>& runs, int shade);
    void editNote(RunId run);
    /// Asks for checkpoint, form and folder, and writes beside the window.
    void exportModel(RunId run);

Q_SIGNALS:
    void compareRequested(const std::vector<plumb::RunId>& runs);

private:
    void rename(RunId run);
    void resume(const std::vector<RunId>& runs);
    void askToDelete(const std::vector<RunId>& runs);
    void deleteRuns(const std::vector<RunId>& runs);
    void restore(const std::vector<RunId>& runs);
    void askToPurge(const std::vector<RunId>& runs);
    QString names(const std::vector<RunId>& runs) const;

    Parts m_parts;
    QWidget* m_window;
    std::vector<RunId> m_lastDeleted;  ///< what undo brings back
};

}  // namespace plumb::ui
