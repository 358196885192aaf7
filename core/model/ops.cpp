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

at::Tensor gelu_forward(const at::Tensor& x, bool exact) {
    const std::int64_t size = x.size(-1), rows = x.numel() / size;
    at::Tensor y = at::empty_like(x);
    const auto* from = x.const_data_ptr<float>();
    auto* to = y.data_ptr<float>();
    at::parallel_for(0, rows, grain(8 * size), [&](std::int64_t begin, std::int64_t end) {
        kernels().gelu(end - begin, size, exact, from + begin * size, to + begin * size);
    });
    return y;
}

class Gelu : public torch::autograd::Function<Gelu> {
public:
    static Variable forward(AutogradContext* context, const Variable& x, bool exact) {
        context->save_for_backward({x});
        context->saved_data["exact"] = exact;
        return gelu_forward(x, exact);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const at::Tensor x = context->get_saved_variables()[0];
        const bool exact = context->saved_data["exact"].toBool();
        const at::Tensor dy = gradients[0].contiguous();
        const std::int64_t size = x.size(-1), rows = x.numel() / size;
        at::Tensor dx = at::empty_like(x);
        const auto* from = x.const_data_ptr<float>();
        const auto* d = dy.const_data_ptr<float>();
        auto* to = dx.data_ptr<float>();
        at::parallel_for(0, rows, grain(12 * size), [&](std::int64_t begin, std::int64_t end) {
            kernels().gelu_backward(end - begin, size, exact, from + begin * size, d + begin * size,
                                    to + begin * size);
        });
        return {dx, {}};
    }
};

}  // namespace

at::Tensor embedding(const at::Tensor& weight, const at::Tensor& ids) {
    if (!fused(weight) || !needs_graph({&weight})) return at::embedding(weight, ids);
    return Embedding::apply(weight, ids);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    if (!fused(gate_up) || gate_up.numel() == 0) return composed::swiglu(gate_up);
    const at::Tensor plain = gate_up.contiguous();
    if (!needs_graph({&plain})) return swiglu_forward(plain);
    return Swiglu::apply(plain);
}

at::Tensor gelu(const at::Tensor& x, bool exact) {
    if (!fused(x) || x.numel() == 0) return composed::gelu(x, exact);
    const at::Tensor plain = x.contiguous();
    if (!needs_graph({&plain})) return gelu_forward(plain, exact);
    return Gelu::apply(plain, exact);
}

}  // namespace plumb::ops
