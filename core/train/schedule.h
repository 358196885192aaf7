// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace plumb {

/// The factor on the learning rate of update `step` (from 0) of `total`, as transformers defines
/// its schedules: a linear warm-up step / warmup, then constant, linear, cosine, cosine_with_min_lr
/// (falls to min_ratio) or inverse_sqrt. "constant" has no warm-up. used: share of a budget that is
/// used up; where it is more than step / total, linear and cosine are as far on as it says.
double schedule_factor(const std::string& type, std::int64_t step, std::int64_t warmup,
                       std::int64_t total, double min_ratio, double used = 0);

}  // namespace plumb
