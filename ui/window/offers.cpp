// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/offers.h"

#include <algorithm>

#include "common/text.h"
#include "widgets/message_bar.h"
#include "window/queue_controller.h"
#include "window/run_controller.h"

namespace plumb::ui {

void offerToGoOn(MessageBar& messages, RunController& controller, QueueController& queue,
                 const std::vector<RunRecord>& runs, std::size_t waiting) {
    const QString waits = waiting == 1 ? QString("A run waits in the queue.")
                                       : QString("%1 runs wait in the queue.").arg(waiting);
    const auto cutOff = std::ranges::find_if(runs, [](const RunRecord& run) {
        return run.state == RunState::interrupted && !run.archived;
    });
    if (cutOff != runs.end()) {
        const RunId id = cutOff->id;
        std::vector<MessageBar::Action> actions = {
            {"Resume", [&controller, id] { controller.resume(id); }},
            {"Look at it", [&controller, id] { controller.showRun(id); }}};
        if (waiting > 0)
            actions.insert(actions.begin() + 1,
                           {"Resume, then the queue", [&controller, &queue, id] {
                                controller.resume(id);
                                queue.run();
                            }});
        messages.showMessage(
            MessageBar::Kind::note,
            QString("Run %1, %2, was cut off.").arg(id).arg(toQString(cutOff->name)),
            QString("It had reached step %1 and can go on from its last checkpoint to the same "
                    "numbers.")
                    .arg(cutOff->step) +
                (waiting > 0 ? " " + waits : ""),
            std::move(actions));
    } else if (waiting > 0) {
        messages.showMessage(MessageBar::Kind::note, waits,
                             "They start one after another when you say so; the list on the left "
                             "has them.",
                             {{"Start the queue", [&queue] { queue.run(); }}});
    }
}

}  // namespace plumb::ui
