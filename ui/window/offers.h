// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "store/records.h"

namespace plumb::ui {

class MessageBar;
class QueueController;
class RunController;

/// Offers, on opening a workspace, what can go on there: the newest run that was cut off, and the
/// runs that wait in the queue. Nothing starts by itself.
void offerToGoOn(MessageBar& messages, RunController& controller, QueueController& queue,
                 const std::vector<RunRecord>& runs, std::size_t waiting);

}  // namespace plumb::ui
