// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "analysis/label_report.h"
#include "cli_commands.h"

namespace plumb::cli {

void write_stats(Context& context, const LabelReport& stats);
void write_stats_json(Context& context, const LabelReport& stats);

}  // namespace plumb::cli
