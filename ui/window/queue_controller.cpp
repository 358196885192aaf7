// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/queue_controller.h"

#include <algorithm>
#include <variant>

#include "common/text.h"
#include "session/run_plan.h"
#include "widgets/message_bar.h"
#include "widgets/queue_panel.h"
#include "window/run_controller.h"

namespace plumb::ui {

QueueController::QueueController(SessionBridge& bridge, RunController& runs, MessageBar& messages,
                                 QWidget* parent)
    : QObject(parent),
      m_bridge(bridge),
      m_runs(runs),
      m_messages(messages),
      m_panel(new QueuePanel(&m_model, parent)) {
    connect(&bridge, &SessionBridge::opened, this, &QueueController::refresh);
    connect(&bridge, &SessionBridge::eventReceived, this, [this](const Event& event) {
        if (const auto* changed = std::get_if<QueueChanged>(&event)) {
            if (!changed->problem.empty())
                m_messages.showMessage(MessageBar::Kind::error, "The queue is held.",
                                       toQString(changed->problem));
            refresh();
        } else if (std::holds_alternative<RunStarted>(event) ||
                   std::holds_alternative<RunEnded>(event)) {
            showState();
        }
    });
    connect(m_panel, &QueuePanel::holdRequested, &bridge, &SessionBridge::holdQueue);
    connect(m_panel, &QueuePanel::goOnRequested, this, &QueueController::run);
    connect(m_panel, &QueuePanel::openRequested, this, &QueueController::open);
    connect(m_panel, &QueuePanel::moveRequested, this, [this](qint64 entry, int place) {
        m_bridge.change(this, [entry, place](Session& session) {
            return session.move_queued(entry, static_cast<std::size_t>(std::max(place, 0)));
        });
    });
    connect(
        m_panel, &QueuePanel::removeRequested, this, [this](const std::vector<QueueId>& entries) {
            m_bridge.change(this, [entries](Session& session) { return session.dequeue(entries); });
        });
}

void QueueController::run() {
    if (!m_bridge.activeRun()) m_runs.awaitQueue();
    m_bridge.runQueue();
}

void QueueController::refresh() {
    m_bridge.query(
        this, [](StoreReader& reader) { return reader.queue(); },
        [this](Result<std::vector<QueuedRun>> queue) {
            if (queue.ok())
                m_model.setQueue(std::move(queue).value());
            else
                m_messages.showMessage(MessageBar::Kind::error, "The queue cannot be read.",
                                       toQString(queue.error().message));
            showState();
        });
}

void QueueController::showState() {
    m_panel->setState(m_bridge.queueState().held, m_bridge.activeRun(), m_bridge.isReadOnly());
}

void QueueController::open(QueueId entry) {
    const auto found = std::ranges::find(m_model.queue(), entry, &QueuedRun::id);
    if (found == m_model.queue().end()) return;
    if (found->resumes) {
        m_runs.showRun(*found->resumes);
        return;
    }
    const auto plan = plan_of(*found);
    if (plan.ok())
        m_runs.showDraft(plan->settings, toQString(plan->name), plan->edits);
    else
        m_messages.showMessage(MessageBar::Kind::error, "Its settings cannot be read.",
                               toQString(plan.error().message));
}

}  // namespace plumb::ui
