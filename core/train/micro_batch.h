// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "base/result.h"
#include "config/settings.h"
#include "train/forecast.h"

namespace plumb {

/// What a process takes that has LibTorch loaded and used, beside what the ledger counts.
inline constexpr double process_base = 250e6;

/// The settings with the largest micro-batch, no larger than theirs, whose forecast is within
/// memory_limit_gb, and with as many more micro-batches a step and a rollout, so that steps see the
/// same rows. As they are without a limit. Where nothing fits the error names the least that would.
Result<Settings> fit_micro_batch(const Settings& settings, const RunShape& shape);

}  // namespace plumb
