// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/estimate.h"

namespace plumb {

/// A mean, or a difference of means, and how likely one as far from 0 is where there is none.
struct MeanTest {
    Estimate estimate{};              ///< 95 %; count: of the smaller sample
    std::optional<double> p_value{};  ///< two-sided; empty where the values have no spread
};

/// Student's t test of a mean against 0, such as of differences by seed.
MeanTest mean_test(const std::vector<double>& values);

/// Welch's t test of the difference mean(a) - mean(b).
MeanTest welch_test(const std::vector<double>& a, const std::vector<double>& b);

/// "0.012", "< 0.001"
std::string p_text(double p_value);

}  // namespace plumb
