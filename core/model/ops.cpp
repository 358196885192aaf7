// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/ops.h"

#include "model/composed_ops.h"
#include "model/kernels.h"
#include "model/ops_detail.h"

namespace plumb::ops {
namespace {

using namespace detail;

class Embedding : public torch::autograd::Function<Embedding> {
public:
    static Variable forward(AutogradContext* context, const Variable& weight, const Variable& ids) {
        context->save_for_backward({weight, ids});
        return at::embedding(weight, ids);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &weight = saved[0], ids = saved[1].contiguous();
        const at::Tensor dy = gradients[0].contiguous();
        const std::int64_t size = weight.size(1);
        const auto* id = ids.const_data_ptr<std::int64_t>();
        const auto* d = dy.const_data_ptr<float>();
        GradientTarget target(weight);
        for (std::int64_t i = 0; i < ids.numel(); ++i, d += size) {
            float* row = target.data() + id[i] * size;
            for (std::int64_t j = 0; j < size; ++j) row[j] += d[j];
        }
        return {target.returned, {}};
    }
};

struct Normed {
    at::Tensor y;
    at::Tensor inverse;  // [rows]
};

Normed rms_norm_forward(const at::Tensor& x, const at::Tensor& weight, double eps) {
    const std::int64_t size = weight.numel(), rows = x.numel() / size;
    Normed result{at::empty_like(x), at::empty({rows}, x.options())};
    const auto* from = x.const_data_ptr<float>();
    const auto* w = weight.const_data_ptr<float>();
    auto* y = result.y.data_ptr<float>();
    auto* inverse = result.inverse.data_ptr<float>();
    at::parallel_for(0, rows, grain(2 * size), [&](std::int64_t begin, std::int64_t end) {
        kernels().rms_norm(end - begin, size, from + begin * size, w, static_cast<float>(eps),
                           y + begin * size, inverse + begin);
    });
    return result;
}

class RmsNorm : public torch::autograd::Function<RmsNorm> {
public:
    static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                            double eps) {
        Normed result = rms_norm_forward(x, weight, eps);
        context->save_for_backward({x, weight, result.inverse});
        return result.y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1], &inverse = saved[2];
        const at::Tensor dy = gradients[0].contiguous();
        const std::int64_t size = weight.numel(), rows = x.numel() / size;
        at::Tensor dx = at::empty_like(x);
        // The weight's gradient is added up in blocks of fixed size, whoever computes them.
        constexpr std::int64_t block = 256;
        const std::int64_t blocks = (rows + block - 1) / block;
        const bool with_weight = context->needs_input_grad(1);
        at::Tensor parts = with_weight ? at::zeros({blocks, size}, x.options()) : at::Tensor();
        auto* part = with_weight ? parts.data_ptr<float>() : nullptr;
        at::parallel_for(
            0, blocks, grain(block * 4 * size), [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i) {
                    const std::int64_t first = i * block, count = std::min(block, rows - first);
                    kernels().rms_norm_backward(
                        count, size, x.const_data_ptr<float>() + first * size,
                        weight.const_data_ptr<float>(), inverse.const_data_ptr<float>() + first,
                        dy.const_data_ptr<float>() + first * size,
                        dx.data_ptr<float>() + first * size, part ? part + i * size : nullptr);
                }
            });
        if (!with_weight) return {dx, {}, {}};
        GradientTarget target(weight);
        for (std::int64_t i = 0; i < blocks; ++i)
            for (std::int64_t j = 0; j < size; ++j) target.data()[j] += part[i * size + j];
        return {dx, target.returned, {}};
    }
};

at::Tensor swiglu_forward(const at::Tensor& gate_up) {
    const std::int64_t size = gate_up.size(-1) / 2, rows = gate_up.numel() / (2 * size);
    auto sizes = gate_up.sizes().vec();
    sizes.back() = size;
    at::Tensor y = at::empty(sizes, gate_up.options());
    const auto* from = gate_up.const_data_ptr<float>();
    auto* to = y.data_ptr<float>();
    at::parallel_for(0, rows, grain(4 * size), [&](std::int64_t begin, std::int64_t end) {
        kernels().swiglu(end - begin, size, from + begin * 2 * size, to + begin * size);
    });
    return y;
}

class Swiglu : public torch::autograd::Function<Swiglu> {
public:
    static Variable forward(AutogradContext* context, const Variable& gate_up) {
        context->save_for_backward({gate_up});
        return swiglu_forward(gate_up);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const at::Tensor gate_up = context->get_saved_variables()[0];
        const at::Tensor dy = gradients[0].contiguous();
        const std::int64_t size = dy.size(-1), rows = dy.numel() / size;
        at::Tensor dgate_up = at::empty_like(gate_up);
        const auto* from = gate_up.const_data_ptr<float>();
        const auto* d = dy.const_data_ptr<float>();
        auto* to = dgate_up.data_ptr<float>();
        at::parallel_for(0, rows, grain(8 * size), [&](std::int64_t begin, std::int64_t end) {
            kernels().swiglu_backward(end - begin, size, from + begin * 2 * size, d + begin * size,
                                      to + begin * 2 * size);
        });
        return {dgate_up};
    }
};

}  // namespace

at::Tensor embedding(const at::Tensor& weight, const at::Tensor& ids) {
    if (!fused(weight) || !needs_graph({&weight})) return at::embedding(weight, ids);
    return Embedding::apply(weight, ids);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    if (!fused(x) || x.numel() == 0) return composed::rms_norm(x, weight, eps);
    const at::Tensor plain = x.contiguous();
    if (!needs_graph({&plain, &weight})) return rms_norm_forward(plain, weight, eps).y;
    return RmsNorm::apply(plain, weight, eps);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    if (!fused(gate_up) || gate_up.numel() == 0) return composed::swiglu(gate_up);
    const at::Tensor plain = gate_up.contiguous();
    if (!needs_graph({&plain})) return swiglu_forward(plain);
    return Swiglu::apply(plain);
}

}  // namespace plumb::ops
