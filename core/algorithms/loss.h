// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include <ATen/ATen.h>

namespace plumb {

/// How a loss weighs tokens that an earlier policy sampled. No gradients.
struct TokenRatios {
    /// [B, T] log new - log old probability, as the loss takes it; [B, 1] where it has one ratio for
    /// a completion. Undefined where it has none.
    at::Tensor log_ratio;
    /// int8 of the same shape: -1 where the ratio was clipped below, 1 above. Undefined where the
    /// loss does not clip.
    at::Tensor clipped;
};

/// What a loss function returns: a scalar to differentiate, and its health as numbers by metric key.
struct LossResult {
    at::Tensor loss;
    std::map<std::string, double> metrics;
    TokenRatios ratios = {};
};

}  // namespace plumb
