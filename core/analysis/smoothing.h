// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "store/records.h"

namespace plumb {

/// Exponential moving average, corrected for its start at 0 as TensorBoard does:
/// s_t = (1 - w) sum_i w^(t-i) x_i / (1 - w^t). A value that is not finite stays as it is and does
/// not enter the average, so that a gap remains a gap. weight in [0, 1); 0 changes nothing.
std::vector<double> smooth(std::span<const double> values, double weight);
/// The same over the points' values, in their order.
std::vector<MetricPoint> smooth(std::span<const MetricPoint> points, double weight);

/// The weight that makes a curve of so many points readable: 0 for up to 20 points, else an average
/// over about a twentieth of them.
double default_smoothing(std::size_t points);

}  // namespace plumb
