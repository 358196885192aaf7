// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "cli_commands.h"
#include "session/label_files.h"

namespace plumb::cli {

Result<std::unique_ptr<Store>> open_store(const Context& context);

/// Tells what an import, or another way to make a queue, has brought; returns the exit code.
int tell_import(Context& context, const std::string& name, const LabelFileReport& done);

/// labels queue, compare and requeue: where queues come from beside files.
void add_label_queue_commands(CLI::App& labels, Context& context);
/// labels order and score.
void add_label_order_commands(CLI::App& labels, Context& context);

}  // namespace plumb::cli
