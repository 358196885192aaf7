// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "cli_commands.h"
#include "session/forecast.h"

namespace plumb::cli {

/// forecast_memory() in the context's workspace; Ctrl-C ends it with ErrorCode::cancelled.
Result<MemoryForecast> ask_forecast(const Context& context, const Settings& settings);

/// "Memory: a step 34 MB, at most 41 MB (supervised start), the program about 260 MB".
std::string forecast_line(const MemoryForecast& forecast);

}  // namespace plumb::cli
