// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

struct MemoryPart {
    std::string owner;  ///< as in the metric memory/<owner>
    double bytes = 0;   ///< models: between steps; the others: the most in a step
};

/// What a run with these settings will hold in memory, before it starts. Bytes.
struct MemoryForecast {
    /// All eight owners: policy, reference, reward_model, value_model, gradients, optimizer, cache,
    /// activations.
    std::vector<MemoryPart> parts;
    /// The most at one time in a step, as the metric memory/peak. Not the sum of the parts, whose
    /// peaks come at different times.
    double peak = 0;
    double run_peak = 0;          ///< the same of the whole run, as the metric memory/run_peak
    std::string run_peak_phase;   ///< when that is: "training", "evaluation", "reward model", ...
    double process = 0;           ///< the whole process at that time: its base and run_peak
    std::int64_t models = 0;      ///< in memory, as the metric memory/models
    std::int64_t parameters = 0;  ///< of the policy
    std::vector<std::string> assumptions;  ///< short sentences for people
};

/// Predicts it from the settings, the model folders' config.json, and the lengths of the rows as
/// the run would tokenise them. Errors are those of a start: they name the file or the setting.
/// Reads files, and may train a tokenizer: not for a thread that must not wait. Ends with
/// ErrorCode::cancelled soon after a stop is requested.
Result<MemoryForecast> forecast_memory(const Settings& settings,
                                       const std::filesystem::path& workspace,
                                       const std::stop_token& stop = {});

}  // namespace plumb
