// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/composed_ops.h"
#include "model/kernels.h"
#include "model/ops.h"
#include "model/ops_detail.h"

namespace plumb::ops {
namespace {

using namespace detail;

/// Panels of a matrix [k, n], or of the transpose of one [n, k].
at::Tensor pack(const at::Tensor& matrix, std::int64_t k, std::int64_t n, bool transposed) {
    const Kernels& kernel = kernels();
    const std::int64_t panels = (n + kernel.panel - 1) / kernel.panel;
    at::Tensor packed = at::empty({panels, k, kernel.panel}, matrix.options());
    const auto* source = matrix.const_data_ptr<float>();
    auto* target = packed.data_ptr<float>();
    at::parallel_for(
        0, panels, grain(2 * k * kernel.panel), [&](std::int64_t begin, std::int64_t end) {
            const std::int64_t first = begin * kernel.panel,
                               count = std::min(end * kernel.panel, n) - first;
            if (transposed)
                kernel.pack_transposed(source + first * k, k, k, count, target + first * k);
            else
                kernel.pack(source + first, n, k, count, target + first * k);
        });
    return packed;
}

/// a [m, k] times the packed b [k, n]; cut by rows where there are many, else by columns.
void multiply(const float* a, std::int64_t m, std::int64_t k, const at::Tensor& packed,
              std::int64_t n, const ProductOutput& out) {
    const Kernels& kernel = kernels();
    const auto* panels = packed.const_data_ptr<float>();
    const auto shifted = [&](std::int64_t row, std::int64_t column) {
        ProductOutput part = out;
        part.c += row * out.stride + column;
        if (part.bias) part.bias += column;
        if (part.residual) part.residual += row * out.stride + column;
        return part;
    };
    if (m >= 16 * kernel.tile) {
        at::parallel_for(0, m, grain(k * n / 8), [&](std::int64_t begin, std::int64_t end) {
            kernel.product(end - begin, n, k, a + begin * k, k, panels, shifted(begin, 0));
        });
        return;
    }
    const std::int64_t count = (n + kernel.panel - 1) / kernel.panel;
    at::parallel_for(0, count, grain(m * k * kernel.panel / 8),
                     [&](std::int64_t begin, std::int64_t end) {
                         const std::int64_t first = begin * kernel.panel;
                         kernel.product(m, std::min(end * kernel.panel, n) - first, k, a, k,
                                        panels + first * k, shifted(0, first));
                     });
}

/// target [n, k] += dy^T x, dy [m, n], x [m, k].
void add_weight_gradient(const at::Tensor& dy, const at::Tensor& x, std::int64_t m, std::int64_t n,
                         std::int64_t k, float* target) {
    const Kernels& kernel = kernels();
    const at::Tensor packed = pack(x, m, k, false);
    const auto* panels = packed.const_data_ptr<float>();
    const auto* a = dy.const_data_ptr<float>();
    const std::int64_t strips = (n + kernel.tile - 1) / kernel.tile;
    at::parallel_for(
        0, strips, grain(m * k * kernel.tile / 8), [&](std::int64_t begin, std::int64_t end) {
            const at::Tensor scratch = at::empty({256 * 8 * kernel.tile}, dy.options());
            kernel.product_transposed(begin * kernel.tile, std::min(end * kernel.tile, n), k, m, a,
                                      n, panels, {target, k, nullptr, nullptr, true},
                                      scratch.data_ptr<float>());
        });
}

at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                   const at::Tensor& residual) {
    const std::int64_t n = weight.size(0), k = weight.size(1), m = x.numel() / k;
    auto sizes = x.sizes().vec();
    sizes.back() = n;
    at::Tensor y = at::empty(sizes, x.options());
    multiply(x.const_data_ptr<float>(), m, k, pack(weight, k, n, true), n,
             {y.data_ptr<float>(), n, bias.defined() ? bias.const_data_ptr<float>() : nullptr,
              residual.defined() ? residual.const_data_ptr<float>() : nullptr});
    return y;
}

class Linear : public torch::autograd::Function<Linear> {
public:
    static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                            const std::optional<Variable>& bias,
                            const std::optional<Variable>& residual) {
        context->save_for_backward({x, weight, bias.value_or(Variable())});
        context->saved_data["residual"] = residual.has_value();
        return ops::forward(x, weight, bias.value_or(Variable()), residual.value_or(Variable()));
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
        const std::int64_t n = weight.size(0), k = weight.size(1), m = x.numel() / k;
        const at::Tensor dy = gradients[0].contiguous();
        variable_list result(4);
        if (context->needs_input_grad(0)) {
            result[0] = at::empty_like(x);
            multiply(dy.const_data_ptr<float>(), m, n, pack(weight, n, k, false), k,
                     {result[0].data_ptr<float>(), k});
        }
        if (context->needs_input_grad(1)) {
            GradientTarget target(weight);
            add_weight_gradient(dy, x, m, n, k, target.data());
            result[1] = target.returned;
        }
        if (bias.defined() && context->needs_input_grad(2)) {
            GradientTarget target(bias);
            target.sum.add_(dy.view({m, n}).sum(0));
            result[2] = target.returned;
        }
        if (context->saved_data["residual"].toBool()) result[3] = dy;
        return result;
    }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
    if (!fused(x) || x.numel() == 0) return composed::linear(x, weight, bias, residual);
    const at::Tensor plain = x.contiguous();
    const at::Tensor plain_residual = residual.defined() ? residual.contiguous() : residual;
    if (!needs_graph({&plain, &weight, &bias, &plain_residual}))
        return forward(plain, weight, bias, plain_residual);
    return Linear::apply(plain, weight, optional(bias), optional(plain_residual));
}

}  // namespace plumb::ops
