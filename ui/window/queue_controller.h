// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "bridge/session_bridge.h"
#include "models/queue_model.h"

namespace plumb::ui {

class MessageBar;
class QueuePanel;
class RunController;

/// Keeps the queue's panel as the workspace has it, and turns what is done there into commands.
class QueueController : public QObject {
    Q_OBJECT

public:
    QueueController(SessionBridge& bridge, RunController& runs, MessageBar& messages,
                    QWidget* parent);

    QueuePanel* panel() const { return m_panel; }
    /// Starts the runs that wait, and shows the first.
    void run();

private:
    void refresh();
    void showState();
    void open(QueueId entry);

    SessionBridge& m_bridge;
    RunController& m_runs;
    MessageBar& m_messages;
    QueueModel m_model;
    QueuePanel* m_panel;
};

}  // namespace plumb::ui
