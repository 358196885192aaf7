// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

namespace plumb {

// Masked reductions, in one place. values and mask have one shape; mask holds 0 and 1.

/// sum(values * mask) / max(1, sum(mask)): a scalar.
at::Tensor masked_mean(const at::Tensor& values, const at::Tensor& mask);
/// Per row of [B, T]: sum(values * mask) / max(1, sum(mask)): [B].
at::Tensor masked_row_mean(const at::Tensor& values, const at::Tensor& mask);
/// Variance over the mask with n - 1: a scalar; 0 where fewer than two values are on the mask.
at::Tensor masked_variance(const at::Tensor& values, const at::Tensor& mask);
/// (values - mean) / sqrt(variance + 1e-8), mean and masked_variance taken over the mask, then 0
/// off it. keep_mean adds the mean again, so that only the spread changes (TRL's masked_whiten).
at::Tensor masked_whiten(const at::Tensor& values, const at::Tensor& mask, bool keep_mean = false);

}  // namespace plumb
