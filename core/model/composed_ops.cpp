// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/composed_ops.h"

namespace plumb::composed {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    return x * (x.square().mean(-1, /*keepdim=*/true) + eps).rsqrt() * weight;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
    at::Tensor y = at::linear(x, weight, bias);
    return residual.defined() ? y + residual : y;
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    const at::Tensor c = cos.unsqueeze(-2), s = sin.unsqueeze(-2);  // over the heads
    const auto halves = x.chunk(2, -1);
    return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1);
}

Qkv split_and_rotate(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     std::int64_t heads, std::int64_t kv_heads) {
    const auto apart = qkv.unflatten(-1, {heads + 2 * kv_heads, -1})
                           .split_with_sizes({heads, kv_heads, kv_heads}, -2);
    return {rotate(apart[0], cos, sin), rotate(apart[1], cos, sin), apart[2]};
}

at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                            std::int64_t heads, std::int64_t kv_heads) {
    const Qkv parts = split_and_rotate(qkv, cos, sin, heads, kv_heads);
    const at::Tensor out = at::scaled_dot_product_attention(
        parts.q.transpose(1, 2), parts.k.transpose(1, 2), parts.v.transpose(1, 2),
        /*attn_mask=*/{}, /*dropout_p=*/0.0, /*is_causal=*/true, /*scale=*/{},
        /*enable_gqa=*/heads != kv_heads);
    return out.transpose(1, 2).flatten(-2);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    const auto halves = gate_up.chunk(2, -1);
    return at::silu(halves[0]) * halves[1];
}

}  // namespace plumb::composed
