// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "tasks/task.h"
#include "train/monitor.h"
#include "train/optimizer.h"

namespace plumb {

/// Trains a new policy on demonstrations; keeps its own count of rows and steps over all phases of
/// a supervised start. What it is given must outlive it.
class StartPhases {
public:
    StartPhases(Policy& policy, const Settings& settings, RunMonitor& monitor)
        : policy_(policy), settings_(settings), monitor_(monitor) {}

    /// One update on the next start_batch_size demonstrations of the task; reports start/loss and
    /// start/learning_rate, and the phase with done of total steps.
    Status step(const Task& task, AdamW& optimizer, double learning_rate, std::string_view phase,
                std::int64_t done, std::int64_t total);

    /// A metric of the step taken last.
    void report(const std::string& key, double value) { monitor_.metrics(steps_, {{key, value}}); }

private:
    Policy& policy_;
    const Settings& settings_;
    RunMonitor& monitor_;
    std::int64_t next_row_ = 0;
    std::int64_t steps_ = 0;
};

AdamWOptions start_optimizer(const Settings& settings);

/// The supervised starts themselves, without the cache: see supervised_start.h.
Result<Policy> train_arithmetic_start(const Settings& settings, at::Device device,
                                      RunMonitor& monitor);
Result<Policy> train_reviews_start(const Settings& settings, at::Device device,
                                   RunMonitor& monitor);

}  // namespace plumb
