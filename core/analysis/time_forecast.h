// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "store/store.h"

namespace plumb {

/// How long the updates of a run will take, judged by an earlier run.
struct TimeForecast {
    RunId run = 0;  ///< the earlier one
    std::string name;
    double seconds_per_step = 0;  ///< its mean
    std::int64_t measured_steps = 0;
    std::int64_t total_steps = 0;  ///< of the new run; 0: not known before its rows are counted

    double seconds() const { return seconds_per_step * static_cast<double>(total_steps); }
};

/// Judges by the newest run of the workspace whose settings agree in everything that decides how
/// long an update takes: not in seed, number of steps, rates, evaluation or the phases before the
/// first update. Nothing where there is none. Reads the database.
Result<std::optional<TimeForecast>> forecast_time(StoreReader& reader, const Settings& settings);

}  // namespace plumb
