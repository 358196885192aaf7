// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "base/result.h"
#include "config/settings.h"
#include "tasks/task.h"
#include "train/monitor.h"

namespace plumb {

/// The supervised model that reinforcement learning on the arithmetic task starts from, made in two
/// phases: "textbook" (flawless scratchpads, until the greedy accuracy on held-out problems passes
/// start_check_accuracy), then "sloppy" (demonstrations with arithmetic_cot_rate and
/// arithmetic_error_rate). A model that fails its check is an error: learning from it goes nowhere.
///
/// Models are kept in <cache>/supervised under the hash of everything they depend on: settings,
/// seed, threads, device and the version of this code. Metrics of both phases are reported under
/// start/*, with steps of their own.
Result<Policy> supervised_start(const Settings& settings, const std::filesystem::path& cache,
                                at::Device device, RunMonitor& monitor);

}  // namespace plumb
