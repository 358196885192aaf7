// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli_commands.h"

namespace plumb::cli {

/// labels train, labels refresh and labels trace: what runs learn from verdicts.
void add_label_training_commands(CLI::App& labels, Context& context);

}  // namespace plumb::cli
