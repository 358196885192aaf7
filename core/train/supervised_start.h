// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "base/result.h"
#include "config/settings.h"
#include "tasks/task.h"
#include "train/monitor.h"

namespace plumb {

/// The supervised model that learning by reward or preference starts from on a built-in task. A
/// model that fails its check is an error: learning from it goes nowhere.
///
/// arithmetic, two phases: "textbook" (flawless scratchpads, until the greedy accuracy on held-out
/// problems passes start_check_accuracy), then "sloppy" (demonstrations with arithmetic_cot_rate
/// and arithmetic_error_rate).
/// reviews, one phase: start_max_steps on reviews of the grammar, the learning rate falling as a
/// cosine to 0; then the share of sampled texts that are well formed must be at least
/// start_check_accuracy.
///
/// Models are kept in <cache>/supervised under the hash of everything they depend on: settings,
/// seed, threads, device and the version of this code. Metrics are reported under start/*, with
/// steps of their own.
Result<Policy> supervised_start(const Settings& settings, const std::filesystem::path& cache,
                                at::Device device, RunMonitor& monitor);

}  // namespace plumb
