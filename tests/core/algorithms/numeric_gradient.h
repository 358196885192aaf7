// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <ATen/ATen.h>

/// The gradient of a scalar function by central differences, in double precision.
inline at::Tensor numeric_gradient(const std::function<at::Tensor(const at::Tensor&)>& function,
                                   const at::Tensor& at_point, double h = 1e-5) {
    at::NoGradGuard no_gradient;
    at::Tensor point = at_point.detach().clone().contiguous();
    at::Tensor gradient = at::zeros_like(point);
    auto* values = point.data_ptr<double>();
    auto* out = gradient.data_ptr<double>();
    for (std::int64_t i = 0; i < point.numel(); ++i) {
        const double before = values[i];
        values[i] = before + h;
        const double above = function(point).item<double>();
        values[i] = before - h;
        const double below = function(point).item<double>();
        values[i] = before;
        out[i] = (above - below) / (2 * h);
    }
    return gradient;
}

/// The largest difference between the gradient that autograd finds and the numeric one.
inline double gradient_error(const std::function<at::Tensor(const at::Tensor&)>& function,
                             const at::Tensor& at_point) {
    at::Tensor leaf = at_point.detach().clone().requires_grad_(true);
    function(leaf).backward();
    return (leaf.grad() - numeric_gradient(function, at_point)).abs().max().item<double>();
}
