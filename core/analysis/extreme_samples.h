// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/completion_filter.h"

namespace plumb {

/// The completions that made a point of a metric's curve, the most extreme first: of rewards the
/// highest where the point stands above the curve's mean around it, else the lowest; of lengths in
/// the same way, of a shortest or longest length by its name; of the KL the largest size, and the
/// largest advantages without their sign for what an update does. Held-out metrics ask for the
/// answers of that evaluation.
struct ExtremeSamples {
    CompletionOrder order;
    CompletionSource source = CompletionSource::training;
};
ExtremeSamples extreme_samples(std::string_view metric, const std::vector<MetricPoint>& points,
                               std::int64_t step);

}  // namespace plumb
