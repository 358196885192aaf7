// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace plumb {

double schedule_factor(const std::string& type, std::int64_t step, std::int64_t warmup,
                       std::int64_t total, double min_ratio, double used) {
    if (type == "constant") return 1.0;
    if (step < warmup) return static_cast<double>(step) / static_cast<double>(warmup);
    if (type == "constant_with_warmup") return 1.0;
    if (type == "inverse_sqrt") {
        const double timescale = warmup > 0 ? static_cast<double>(warmup) : 10000.0;
        const double shift = timescale - static_cast<double>(warmup);
        return 1.0 / std::sqrt((static_cast<double>(step) + shift) / timescale);
    }
    const double place = std::max(static_cast<double>(step), used * static_cast<double>(total));
    const double progress = (place - static_cast<double>(warmup)) /
                            static_cast<double>(std::max<std::int64_t>(1, total - warmup));
    if (type == "linear") return std::max(0.0, 1.0 - progress);
    const double cosine =
        std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(1.0, progress))));
    return type == "cosine_with_min_lr" ? min_ratio + (1.0 - min_ratio) * cosine : cosine;
}

}  // namespace plumb
