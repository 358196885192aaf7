// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "model/safetensors.h"
#include "store/records.h"

namespace plumb {

/// A tensor with infinities or NaN.
struct NonFinite {
    std::string name;  ///< the prefix and Hugging Face's name
    double share = 0;  ///< of its elements
};

/// The common norm of the gradients before clipping, and where it is not finite the first tensor
/// that shows it.
struct GradientNorm {
    double value = 0;
    std::optional<NonFinite> non_finite = {};
};

/// Of a model's gradients the one that the backward pass wrote first among those that are not
/// finite: that of the head or the last layer, as everything before it is spoilt by it. Nothing
/// where all are finite.
std::optional<NonFinite> first_non_finite(const TensorMap& gradients, const std::string& prefix);

/// Adds grad_norm to the step's metrics, which have its loss. Where the norm is not finite it adds
/// non_finite/NAME too, the share of the first such tensor ("loss" where the loss is the first),
/// and does as settings.on_non_finite says: an error that names step, tensor and remedy, or
/// non_finite_skipped, which counts updates that were left out. step: updates so far.
Status check_gradient(const GradientNorm& norm, std::int64_t step, const Settings& settings,
                      Metrics& metrics);

}  // namespace plumb
