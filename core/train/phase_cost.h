// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/work.h"
#include "train/monitor.h"

namespace plumb {

/// What a phase before the first update has cost, checks and evaluations included.
struct PhaseCost {
    Work work;
    double seconds = 0;
};

/// Measures from when it was made, on the calling thread.
class PhaseMeter {
public:
    PhaseCost cost() const { return {work_done() - before_, watch_.seconds()}; }

private:
    Work before_ = work_done();
    Stopwatch watch_;
};

/// Reports it at step 0 as phase/NAME/seconds, /flops and /..._tokens, where there are any. name:
/// start, pairs, reward_model.
void report_phase(RunMonitor& monitor, const std::string& name, const PhaseCost& cost);

/// Kept beside a model that is used again, so that its cost is known then too; flushed.
Status write_phase_cost(const std::filesystem::path& file, const PhaseCost& cost);
/// Empty where the file does not tell.
std::optional<PhaseCost> read_phase_cost(const std::filesystem::path& file);

}  // namespace plumb
