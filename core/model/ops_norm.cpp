// SPDX-License-Identifier: GPL-3.0-or-later
// RMSNorm, of rows and of heads, and LayerNorm.
#include "model/composed_ops.h"
#include "model/kernels.h"
#include "model/ops.h"
#include "model/ops_detail.h"

namespace plumb::ops {
namespace {

using namespace detail;

/// A parameter's gradient is added up in blocks of fixed size, whoever computes them.
constexpr std::int64_t block_rows = 256;

std::int64_t block_count(std::int64_t rows) { return (rows + block_rows - 1) / block_rows; }

/// Calls body(block, first row, rows) for all blocks, on all threads.
template <class Body>
void for_each_block(std::int64_t rows, std::int64_t operations_per_row, Body body) {
    at::parallel_for(0, block_count(rows), grain(block_rows * operations_per_row),
                     [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t i = begin; i < end; ++i)
                             body(i, i * block_rows, std::min(block_rows, rows - i * block_rows));
                     });
}

/// The sums of the blocks, where they are wanted.
struct BlockSums {
    BlockSums(bool wanted, std::int64_t rows, std::int64_t size, const at::Tensor& like) {
        if (wanted) parts = at::zeros({block_count(rows), size}, like.options());
    }
    float* block(std::int64_t i) {
        return parts.defined() ? parts.data_ptr<float>() + i * parts.size(1) : nullptr;
    }
    /// Adds them to the parameter's gradient; what is to be returned for it.
    at::Tensor add_to(const at::Tensor& parameter) {
        GradientTarget target(parameter);
        for (std::int64_t i = 0; i < parts.size(0); ++i)
            for (std::int64_t j = 0; j < parts.size(1); ++j) target.data()[j] += block(i)[j];
        return target.returned;
    }
    at::Tensor parts;
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
        BlockSums sums(context->needs_input_grad(1), rows, size, x);
        for_each_block(rows, 4 * size, [&](std::int64_t i, std::int64_t first, std::int64_t count) {
            kernels().rms_norm_backward(count, size, x.const_data_ptr<float>() + first * size,
                                        weight.const_data_ptr<float>(),
                                        inverse.const_data_ptr<float>() + first,
                                        dy.const_data_ptr<float>() + first * size,
                                        dx.data_ptr<float>() + first * size, sums.block(i));
        });
        return {dx, context->needs_input_grad(1) ? sums.add_to(weight) : Variable(), {}};
    }
};

struct LayerNormed {
    at::Tensor y;
    at::Tensor moments;  // [rows, 2]
};

LayerNormed layer_norm_forward(const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, double eps) {
    const std::int64_t size = weight.numel(), rows = x.numel() / size;
    LayerNormed result{at::empty_like(x), at::empty({rows, 2}, x.options())};
    const auto* from = x.const_data_ptr<float>();
    const auto* w = weight.const_data_ptr<float>();
    const auto* b = bias.const_data_ptr<float>();
    auto* y = result.y.data_ptr<float>();
    auto* moments = result.moments.data_ptr<float>();
    at::parallel_for(0, rows, grain(3 * size), [&](std::int64_t begin, std::int64_t end) {
        kernels().layer_norm(end - begin, size, from + begin * size, w, b, static_cast<float>(eps),
                             y + begin * size, moments + 2 * begin);
    });
    return result;
}

class LayerNorm : public torch::autograd::Function<LayerNorm> {
public:
    static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                            const Variable& bias, double eps) {
        LayerNormed result = layer_norm_forward(x, weight, bias, eps);
        context->save_for_backward({x, weight, bias, result.moments});
        return result.y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &moments = saved[3];
        const at::Tensor dy = gradients[0].contiguous();
        const std::int64_t size = weight.numel(), rows = x.numel() / size;
        at::Tensor dx = at::empty_like(x);
        const bool trained = context->needs_input_grad(1) || context->needs_input_grad(2);
        BlockSums weight_sums(trained, rows, size, x), bias_sums(trained, rows, size, x);
        for_each_block(rows, 6 * size, [&](std::int64_t i, std::int64_t first, std::int64_t count) {
            kernels().layer_norm_backward(
                count, size, x.const_data_ptr<float>() + first * size,
                weight.const_data_ptr<float>(), moments.const_data_ptr<float>() + 2 * first,
                dy.const_data_ptr<float>() + first * size, dx.data_ptr<float>() + first * size,
                weight_sums.block(i), bias_sums.block(i));
        });
        variable_list result = {dx, {}, {}, {}};
        if (context->needs_input_grad(1)) result[1] = weight_sums.add_to(weight);
        if (context->needs_input_grad(2)) result[2] = bias_sums.add_to(bias);
        return result;
    }
};

/// Heads of q and k in rows of qkv, each normed by itself; v is copied.
struct HeadRows {
    HeadRows(const at::Tensor& qkv, std::int64_t heads_, std::int64_t kv_heads_)
        : heads(heads_),
          kv_heads(kv_heads_),
          stride(qkv.size(-1)),
          dim(stride / (heads + 2 * kv_heads)),
          rows(qkv.numel() / stride) {}
    std::int64_t k() const { return heads * dim; }
    std::int64_t v() const { return (heads + kv_heads) * dim; }
    std::int64_t heads, kv_heads, stride, dim, rows;
};

struct HeadsNormed {
    at::Tensor y;
    at::Tensor inverse;  // [rows, heads + kv_heads]
};

HeadsNormed head_norm_forward(const at::Tensor& qkv, const at::Tensor& q_weight,
                              const at::Tensor& k_weight, const HeadRows& layout, double eps) {
    HeadsNormed result{at::empty_like(qkv),
                       at::empty({layout.rows, layout.heads + layout.kv_heads}, qkv.options())};
    const auto* from = qkv.const_data_ptr<float>();
    const auto* q = q_weight.const_data_ptr<float>();
    const auto* k = k_weight.const_data_ptr<float>();
    auto* to = result.y.data_ptr<float>();
    auto* inverse = result.inverse.data_ptr<float>();
    at::parallel_for(
        0, layout.rows, grain(2 * layout.stride), [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t row = begin; row < end; ++row) {
                const float* x = from + row * layout.stride;
                float* y = to + row * layout.stride;
                float* scale = inverse + row * (layout.heads + layout.kv_heads);
                kernels().rms_norm(layout.heads, layout.dim, x, q, static_cast<float>(eps), y,
                                   scale);
                kernels().rms_norm(layout.kv_heads, layout.dim, x + layout.k(), k,
                                   static_cast<float>(eps), y + layout.k(), scale + layout.heads);
                std::copy_n(x + layout.v(), layout.kv_heads * layout.dim, y + layout.v());
            }
        });
    return result;
}

class HeadNorm : public torch::autograd::Function<HeadNorm> {
public:
    static Variable forward(AutogradContext* context, const Variable& qkv, const Variable& q_weight,
                            const Variable& k_weight, std::int64_t heads, std::int64_t kv_heads,
                            double eps) {
        HeadsNormed result =
            head_norm_forward(qkv, q_weight, k_weight, HeadRows(qkv, heads, kv_heads), eps);
        context->save_for_backward({qkv, q_weight, k_weight, result.inverse});
        context->saved_data["heads"] = heads;
        context->saved_data["kv_heads"] = kv_heads;
        return result.y;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &qkv = saved[0], &q_weight = saved[1], &k_weight = saved[2];
        const HeadRows layout(qkv, context->saved_data["heads"].toInt(),
                              context->saved_data["kv_heads"].toInt());
        const at::Tensor dy = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(qkv);
        BlockSums q_sums(context->needs_input_grad(1), layout.rows, layout.dim, qkv);
        BlockSums k_sums(context->needs_input_grad(2), layout.rows, layout.dim, qkv);
        const auto* from = qkv.const_data_ptr<float>();
        const auto* d = dy.const_data_ptr<float>();
        const auto* q = q_weight.const_data_ptr<float>();
        const auto* k = k_weight.const_data_ptr<float>();
        const auto* inverse = saved[3].const_data_ptr<float>();
        auto* to = dx.data_ptr<float>();
        for_each_block(
            layout.rows, 4 * layout.stride,
            [&](std::int64_t i, std::int64_t first, std::int64_t count) {
                for (std::int64_t row = first; row < first + count; ++row) {
                    const std::int64_t start = row * layout.stride;
                    const float* scale = inverse + row * (layout.heads + layout.kv_heads);
                    kernels().rms_norm_backward(layout.heads, layout.dim, from + start, q, scale,
                                                d + start, to + start, q_sums.block(i));
                    kernels().rms_norm_backward(layout.kv_heads, layout.dim,
                                                from + start + layout.k(), k, scale + layout.heads,
                                                d + start + layout.k(), to + start + layout.k(),
                                                k_sums.block(i));
                    std::copy_n(d + start + layout.v(), layout.kv_heads * layout.dim,
                                to + start + layout.v());
                }
            });
        variable_list result = {dx, {}, {}, {}, {}, {}};
        if (context->needs_input_grad(1)) result[1] = q_sums.add_to(q_weight);
        if (context->needs_input_grad(2)) result[2] = k_sums.add_to(k_weight);
        return result;
    }
};

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    if (!needs_graph({&x, &weight})) return rms_norm_forward(x, weight, eps).y;
    return RmsNorm::apply(x, weight, eps);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double eps) {
    if (!needs_graph({&x, &weight, &bias})) return layer_norm_forward(x, weight, bias, eps).y;
    return LayerNorm::apply(x, weight, bias, eps);
}

}  // namespace

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
    if (!fused(x) || x.numel() == 0) return composed::norm(x, weight, bias, eps);
    const at::Tensor plain = x.contiguous();
    return bias.defined() ? layer_norm(plain, weight, bias, eps) : rms_norm(plain, weight, eps);
}

at::Tensor head_norm(const at::Tensor& qkv, const at::Tensor& q_weight, const at::Tensor& k_weight,
                     std::int64_t heads, std::int64_t kv_heads, double eps) {
    if (!fused(qkv) || qkv.numel() == 0)
        return composed::head_norm(qkv, q_weight, k_weight, heads, kv_heads, eps);
    const at::Tensor plain = qkv.contiguous();
    if (!needs_graph({&plain, &q_weight, &k_weight}))
        return head_norm_forward(plain, q_weight, k_weight, HeadRows(plain, heads, kv_heads), eps)
            .y;
    return HeadNorm::apply(plain, q_weight, k_weight, heads, kv_heads, eps);
}

}  // namespace plumb::ops
