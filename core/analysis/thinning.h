// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "store/records.h"

namespace plumb {

/// A curve of fewer points that looks the same: the points are cut into at most `buckets` + 1 runs,
/// and each keeps its smallest and its largest value in their order, besides the first point that
/// is not finite, so that spikes and gaps survive. The very first and last point are always kept.
/// Curves of up to 2 * buckets points come back unchanged.
std::vector<MetricPoint> thin(std::span<const MetricPoint> points, std::size_t buckets);

/// The same for the points [begin, end) of a curve, as indices of what is kept, by rising index.
/// The runs begin at multiples of a power of two, so that what is kept does not flicker while the
/// range moves or points are added. places, where there are some: where each point of the curve
/// lies across, for curves that go back and forth; the runs' outermost places are kept too.
std::vector<std::size_t> thinned(std::span<const MetricPoint> points, std::size_t begin,
                                 std::size_t end, std::size_t buckets,
                                 std::span<const double> places = {});

}  // namespace plumb
