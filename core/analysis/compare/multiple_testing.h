// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

namespace plumb {

/// p-values of a family of tests, adjusted so that the probability of even one false rejection is
/// at most the level that they are compared with (Holm, A Simple Sequentially Rejective Multiple
/// Test Procedure, 1979): the i-th smallest of m times m - i + 1, at most 1 and never below the one
/// before it. In the order in which they came. Precondition: each lies in [0, 1].
std::vector<double> holm_adjusted(const std::vector<double>& p_values);
/// The same over those that are there; the others are no tests and do not count.
std::vector<std::optional<double>> holm_adjusted(
    const std::vector<std::optional<double>>& p_values);

}  // namespace plumb
