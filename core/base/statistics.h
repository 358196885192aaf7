// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace plumb {

/// Pearson's correlation of two equally long lists; nothing where one of them has no spread, or a
/// number that is not finite.
std::optional<double> correlation(std::span<const double> x, std::span<const double> y);

/// The straight line through (x, y) by least squares: y = offset + slope x.
struct Line {
    double offset = 0, slope = 0;
};
/// Nothing where x has no spread, or a number is not finite.
std::optional<Line> fit_line(std::span<const double> x, std::span<const double> y);

/// Mean square distance from the mean with n - 1 in the denominator; nothing from fewer than two.
std::optional<double> sample_variance(std::span<const double> values);

/// The one in the middle, or the mean of the two there. Precondition: there are some, none NaN.
double median(std::vector<double> values);

}  // namespace plumb
