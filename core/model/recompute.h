// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/ATen.h>

namespace plumb {

/// What is computed of a tensor: the same at every call, dropout included.
using Recipe = std::function<std::vector<at::Tensor>(const at::Tensor&)>;

/// recipe(input), of which the graph keeps the input alone: the pass backwards computes it anew,
/// with gradients, and goes through that at once (Chen et al. 2016, sublinear memory cost). The
/// gradients are those of the recipe itself, bit for bit; parameters that it reads get theirs in
/// .grad, so that torch::autograd::grad does not see them and backward() does. What the recipe
/// refers to must outlive the graph. Where gradients are off it is just called.
std::vector<at::Tensor> recomputed(const at::Tensor& input, Recipe recipe);

/// Rows of logits that are in memory at once, so that they take about 64 MB: a multiple of 256,
/// in which the gradient of the head is summed up.
constexpr std::int64_t logit_rows_at_once(std::int64_t vocabulary) {
    const std::int64_t rows = (std::int64_t{1} << 24) / vocabulary / 256 * 256;
    return rows > 256 ? rows : 256;
}

}  // namespace plumb
