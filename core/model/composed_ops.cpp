// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/composed_ops.h"

namespace plumb::composed {

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
    if (bias.defined()) return at::layer_norm(x, weight.sizes(), weight, bias, eps);
    const at::Tensor wide = c10::elementSize(x.scalar_type()) < 4 ? x.to(at::kFloat) : x;
    const at::Tensor scale = (wide.square().mean(-1, /*keepdim=*/true) + eps).rsqrt();
    return (wide * scale).to(x.scalar_type()) * weight;
}

at::Tensor head_norm(const at::Tensor& qkv, const at::Tensor& q_weight, const at::Tensor& k_weight,
                     std::int64_t heads, std::int64_t kv_heads, double eps) {
    const auto apart = qkv.unflatten(-1, {heads + 2 * kv_heads, -1})
                           .split_with_sizes({heads, kv_heads, kv_heads}, -2);
    return at::cat({norm(apart[0], q_weight, {}, eps), norm(apart[1], k_weight, {}, eps), apart[2]},
                   -2)
        .flatten(-2);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
    at::Tensor y = at::linear(x, weight, bias);
    return residual.defined() ? y + residual : y;
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    const at::Tensor c = cos.unsqueeze(-2).to(x.scalar_type());  // over the heads
    const at::Tensor s = sin.unsqueeze(-2).to(x.scalar_type());
    const std::int64_t half = cos.size(-1), rest = x.size(-1) - 2 * half;
    const auto parts = x.split_with_sizes({half, half, rest}, -1);
    return at::cat({parts[0] * c - parts[1] * s, parts[1] * c + parts[0] * s, parts[2]}, -1);
}

Qkv split_and_rotate(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     std::int64_t heads, std::int64_t kv_heads) {
    const auto apart = qkv.unflatten(-1, {heads + 2 * kv_heads, -1})
                           .split_with_sizes({heads, kv_heads, kv_heads}, -2);
    if (!cos.defined()) return {apart[0], apart[1], apart[2]};
    return {rotate(apart[0], cos, sin), rotate(apart[1], cos, sin), apart[2]};
}

at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                            std::int64_t heads, std::int64_t kv_heads, std::int64_t window) {
    const Qkv parts = split_and_rotate(qkv, cos, sin, heads, kv_heads);
    const std::int64_t length = qkv.size(1);
    std::optional<at::Tensor> mask;
    if (window > 0 && window < length) {
        const auto options = qkv.options().dtype(at::kBool);
        mask = at::ones({length, length}, options).tril().triu(1 - window);
    }
    const at::Tensor out = at::scaled_dot_product_attention(
        parts.q.transpose(1, 2), parts.k.transpose(1, 2), parts.v.transpose(1, 2), mask,
        /*dropout_p=*/0.0, /*is_causal=*/!mask, /*scale=*/{}, /*enable_gqa=*/heads != kv_heads);
    return out.transpose(1, 2).flatten(-2);
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    const auto halves = gate_up.chunk(2, -1);
    return at::silu(halves[0]) * halves[1];
}

at::Tensor gelu(const at::Tensor& x, bool exact) { return at::gelu(x, exact ? "none" : "tanh"); }

}  // namespace plumb::composed
