// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/composed_ops.h"
#include "model/ops.h"
#include "model/ops_products.h"

namespace plumb::ops {
namespace {

using namespace detail;

at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                   const at::Tensor& residual) {
    const std::int64_t n = weight.size(0), k = weight.size(1), m = x.numel() / k;
    auto sizes = x.sizes().vec();
    sizes.back() = n;
    at::Tensor y = at::empty(sizes, x.options());
    multiply({x.const_data_ptr<float>(), k}, m, k, pack(weight, k, n, true), n,
             {y.data_ptr<float>(), n, bias.defined() ? bias.const_data_ptr<float>() : nullptr,
              residual.defined() ? residual.const_data_ptr<float>() : nullptr});
    return y;
}

class Linear : public torch::autograd::Function<Linear> {
public:
    static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                            const std::optional<Variable>& bias,
                            const std::optional<Variable>& residual) {
        // Of a frozen weight no gradient is made, so that x may go.
        context->save_for_backward(
            {weight.requires_grad() ? x : Variable(), weight, bias.value_or(Variable())});
        context->saved_data["sizes"] = x.sizes().vec();
        context->saved_data["residual"] = residual.has_value();
        return ops::forward(x, weight, bias.value_or(Variable()), residual.value_or(Variable()));
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2];
        const at::Tensor dy = gradients[0].contiguous();
        const std::int64_t n = weight.size(0), k = weight.size(1), m = dy.numel() / n;
        variable_list result(4);
        if (context->needs_input_grad(0)) {
            result[0] = at::empty(context->saved_data["sizes"].toIntVector(), dy.options());
            multiply({dy.const_data_ptr<float>(), n}, m, n, pack(weight, n, k, false), k,
                     {result[0].data_ptr<float>(), k});
        }
        if (context->needs_input_grad(1)) {
            GradientTarget target(weight);
            add_weight_gradient({dy.const_data_ptr<float>(), n}, x, m, n, k, target.data());
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
