// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace plumb::ops::detail {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

inline bool fused(const at::Tensor& x) {
    return x.device().is_cpu() && x.scalar_type() == at::kFloat;
}

/// Whether anything is to be remembered for a backward pass.
inline bool needs_graph(std::initializer_list<const at::Tensor*> inputs) {
    return at::GradMode::is_enabled() &&
           std::any_of(inputs.begin(), inputs.end(), [](const at::Tensor* input) {
               return input->defined() && input->requires_grad();
           });
}

/// What Function::apply takes for a tensor that may be undefined.
inline std::optional<Variable> optional(const at::Tensor& tensor) {
    return tensor.defined() ? std::optional<Variable>(tensor) : std::nullopt;
}

/// Where a parameter's gradient is added up: its .grad, or a tensor of zeros to be returned.
struct GradientTarget {
    explicit GradientTarget(const at::Tensor& parameter) {
        const at::Tensor existing = parameter.is_leaf() ? parameter.grad() : at::Tensor();
        const bool in_place = existing.defined() && existing.is_contiguous() && fused(existing);
        sum = in_place ? existing : at::zeros_like(parameter, at::MemoryFormat::Contiguous);
        if (!in_place) returned = sum;
    }
    float* data() { return sum.data_ptr<float>(); }

    at::Tensor sum;
    at::Tensor returned;  // undefined where .grad took it
};

/// Rows of work worth a thread of their own, when a row takes about so many operations.
inline std::int64_t grain(std::int64_t operations_per_row) {
    return std::max<std::int64_t>(1, 100'000 / std::max<std::int64_t>(1, operations_per_row));
}

}  // namespace plumb::ops::detail
