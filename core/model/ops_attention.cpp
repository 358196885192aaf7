// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "model/composed_ops.h"
#include "model/kernels.h"
#include "model/ops.h"
#include "model/ops_detail.h"

namespace plumb::ops {
namespace {

using namespace detail;

/// Where things stand in qkv [B, T, (heads + 2 kv_heads) D].
struct Layout {
    Layout(const at::Tensor& qkv, std::int64_t heads, std::int64_t kv_heads)
        : batch(qkv.size(0)),
          kv_heads(kv_heads),
          stride(qkv.size(2)),
          columns(heads * (stride / (heads + 2 * kv_heads))),
          shape{qkv.size(1), stride / (heads + 2 * kv_heads), heads / kv_heads, 0.0f} {
        shape.scale = 1.0f / std::sqrt(static_cast<float>(shape.dim));
    }
    std::int64_t q(std::int64_t kv_head) const { return kv_head * shape.group * shape.dim; }
    std::int64_t k(std::int64_t kv_head) const { return columns + kv_head * shape.dim; }
    std::int64_t v(std::int64_t kv_head) const {
        return columns + (kv_heads + kv_head) * shape.dim;
    }
    std::int64_t rows(std::int64_t sequence) const { return sequence * shape.length; }

    /// Calls body(sequence, kv_head, scratch) for all of them, on all threads.
    template <class Body>
    void for_each(Body body) const {
        const std::int64_t work = shape.group * shape.length * shape.length * shape.dim / 4;
        at::parallel_for(0, batch * kv_heads, grain(work),
                         [&](std::int64_t begin, std::int64_t end) {
                             const at::Tensor scratch =
                                 at::empty({kernels().attention_scratch(shape)}, at::kFloat);
                             for (std::int64_t i = begin; i < end; ++i)
                                 body(i / kv_heads, i % kv_heads, scratch.data_ptr<float>());
                         });
    }

    /// Rotates q and k of one key-value head in all rows of a sequence.
    void rotate(float* rows, std::int64_t kv_head, const float* cos, const float* sin,
                float direction) const {
        const std::int64_t half = shape.dim / 2;
        for (std::int64_t t = 0; t < shape.length; ++t, rows += stride, cos += half, sin += half) {
            kernels().rotate(shape.group, shape.dim, cos, sin, direction, rows + q(kv_head));
            kernels().rotate(1, shape.dim, cos, sin, direction, rows + k(kv_head));
        }
    }

    std::int64_t batch, kv_heads, stride, columns;  // columns: of q, and of the output
    AttentionShape shape;
};

struct Forward {
    at::Tensor out;       // [B, T, heads D]
    at::Tensor log_sums;  // [B, kv_heads, group, T]
};

/// qkv is rotated in place.
Forward forward(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                std::int64_t heads, std::int64_t kv_heads) {
    const Layout layout(qkv, heads, kv_heads);
    const AttentionShape& shape = layout.shape;
    Forward result{at::empty({layout.batch, shape.length, layout.columns}, qkv.options()),
                   at::empty({layout.batch, kv_heads, shape.group, shape.length}, qkv.options())};
    // The values are unchanged for autograd: nobody else reads qkv, see the header.
    auto* all = qkv.mutable_data_ptr<float>();
    auto* out = result.out.data_ptr<float>();
    auto* log_sums = result.log_sums.data_ptr<float>();
    const auto* c = cos.const_data_ptr<float>();
    const auto* s = sin.const_data_ptr<float>();
    layout.for_each([&](std::int64_t sequence, std::int64_t head, float* scratch) {
        float* rows = all + layout.rows(sequence) * layout.stride;
        layout.rotate(rows, head, c, s, 1.0f);
        kernels().attention(
            shape, rows + layout.q(head), rows + layout.k(head), rows + layout.v(head),
            layout.stride, out + layout.rows(sequence) * layout.columns + layout.q(head),
            layout.columns, log_sums + (sequence * kv_heads + head) * shape.group * shape.length,
            scratch);
    });
    return result;
}

class CausalAttention : public torch::autograd::Function<CausalAttention> {
public:
    static Variable forward(AutogradContext* context, const Variable& qkv, const Variable& cos,
                            const Variable& sin, std::int64_t heads, std::int64_t kv_heads) {
        Forward result = ops::forward(qkv, cos, sin, heads, kv_heads);
        context->save_for_backward({qkv, cos, sin, result.out, result.log_sums});
        context->saved_data["heads"] = heads;
        context->saved_data["kv_heads"] = kv_heads;
        return result.out;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& qkv = saved[0];
        const std::int64_t kv_heads = context->saved_data["kv_heads"].toInt();
        const Layout layout(qkv, context->saved_data["heads"].toInt(), kv_heads);
        const AttentionShape& shape = layout.shape;
        const at::Tensor dout = gradients[0].contiguous();
        at::Tensor dqkv = at::empty_like(qkv);
        const auto* all = qkv.const_data_ptr<float>();
        const auto* cos = saved[1].const_data_ptr<float>();
        const auto* sin = saved[2].const_data_ptr<float>();
        const auto* out = saved[3].const_data_ptr<float>();
        const auto* log_sums = saved[4].const_data_ptr<float>();
        const auto* d = dout.const_data_ptr<float>();
        auto* dall = dqkv.data_ptr<float>();
        layout.for_each([&](std::int64_t sequence, std::int64_t head, float* scratch) {
            const float* rows = all + layout.rows(sequence) * layout.stride;
            float* drows = dall + layout.rows(sequence) * layout.stride;
            const std::int64_t column = layout.rows(sequence) * layout.columns + layout.q(head);
            kernels().attention_backward(
                shape, rows + layout.q(head), rows + layout.k(head), rows + layout.v(head),
                layout.stride, out + column, d + column, layout.columns,
                log_sums + (sequence * kv_heads + head) * shape.group * shape.length,
                drows + layout.q(head), drows + layout.k(head), drows + layout.v(head), scratch);
            layout.rotate(drows, head, cos, sin, -1.0f);
        });
        return {dqkv, {}, {}, {}, {}};
    }
};

}  // namespace

at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                            std::int64_t heads, std::int64_t kv_heads) {
    if (!fused(qkv) || !qkv.is_contiguous())
        return composed::causal_attention(qkv, cos, sin, heads, kv_heads);
    if (!needs_graph({&qkv})) return forward(qkv, cos, sin, heads, kv_heads).out;
    return CausalAttention::apply(qkv, cos, sin, heads, kv_heads);
}

}  // namespace plumb::ops
