// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace plumb {

/// The factor on the learning rate of update `step` (from 0) of `total`, as transformers defines
/// its schedules: a linear warm-up step / warmup, then constant, linear, cosine, cosine_with_min_lr
/// (falls to min_ratio) or inverse_sqrt. "constant" has no warm-up.
double schedule_factor(const std::string& type, std::int64_t step, std::int64_t warmup,
                       std::int64_t total, double min_ratio);

}  // namespace plumb
