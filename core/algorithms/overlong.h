// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/ATen.h>

namespace plumb {

/// Soft penalty on long completions (Yu et al. 2025, DAPO, eq. 13; TRL's
/// get_soft_overlong_punishment), to be added to the reward: 0 up to max_length - soft_length
/// tokens, from there falling in a straight line to -1 at max_length, -1 above it.
/// lengths [N] of integers; 0 < soft_length <= max_length. Returns [N] float32.
at::Tensor overlong_penalty(const at::Tensor& lengths, std::int64_t max_length,
                            std::int64_t soft_length);

}  // namespace plumb
