// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/micro_batch.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>

#include "config/validation.h"

namespace plumb {
namespace {

constexpr double gigabyte = 1e9;

std::string in_gigabytes(double bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f GB", bytes / gigabyte);
    return text;
}

/// The same rows a step in `parts` times as many micro-batches.
Settings cut(const Settings& settings, std::int64_t parts) {
    Settings smaller = settings;
    smaller.per_device_train_batch_size /= parts;
    smaller.gradient_accumulation_steps *= parts;
    smaller.steps_per_generation *= parts;
    return smaller;
}

}  // namespace

Result<Settings> fit_micro_batch(const Settings& settings, const RunShape& shape) {
    if (settings.memory_limit_gb <= 0) return settings;
    const double limit = settings.memory_limit_gb * gigabyte;
    double least = std::numeric_limits<double>::infinity();
    const std::int64_t rows = settings.per_device_train_batch_size;
    for (std::int64_t parts = 1; parts <= rows; ++parts) {
        if (rows % parts != 0) continue;
        const Settings smaller = cut(settings, parts);
        if (!validate(smaller).ok()) continue;
        const double bytes = process_base + forecast_run(smaller, shape).run_peak;
        if (bytes <= limit) return smaller;
        least = std::min(least, bytes);
    }
    return invalid_input(
        "memory_limit_gb: no micro-batch fits in " + in_gigabytes(limit) + ", the least needs " +
        in_gigabytes(least) +
        "; raise the limit, or set gradient_checkpointing, use_peft or bf16, or lower the lengths "
        "of rows and completions");
}

}  // namespace plumb
