// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "store/records.h"

namespace plumb {

/// A curve of fewer points that looks the same: the points are cut into `buckets` runs of equal
/// count, and each keeps its smallest and its largest value in their order, besides the first
/// point that is not finite, so that spikes and gaps survive. The very first and last point are
/// always kept. At most 3 * buckets + 2 points; curves of up to 2 * buckets come back unchanged.
std::vector<MetricPoint> thin(std::span<const MetricPoint> points, std::size_t buckets);

}  // namespace plumb
