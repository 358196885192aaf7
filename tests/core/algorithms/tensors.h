// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <vector>

#include <ATen/ATen.h>

/// float64 tensors from numbers in the text.
inline at::Tensor vector(const std::vector<double>& values) {
    return at::tensor(values, at::kDouble);
}
inline at::Tensor matrix(const std::vector<double>& values, std::int64_t rows) {
    return vector(values).view({rows, -1});
}

inline bool close(double actual, double expected) {
    return std::abs(actual - expected) <= 1e-9 * (1 + std::abs(expected));
}
/// False for another shape too.
inline bool close(const at::Tensor& actual, const at::Tensor& expected) {
    return actual.sizes() == expected.sizes() && at::allclose(actual, expected, 1e-9, 1e-9);
}
