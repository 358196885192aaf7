// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

namespace plumb {

// Masked reductions, in one place. values and mask have one shape; mask holds 0 and 1.

/// sum(values * mask) / max(1, sum(mask)): a scalar.
at::Tensor masked_mean(const at::Tensor& values, const at::Tensor& mask);
/// Per row of [B, T]: sum(values * mask) / max(1, sum(mask)): [B].
at::Tensor masked_row_mean(const at::Tensor& values, const at::Tensor& mask);

}  // namespace plumb
