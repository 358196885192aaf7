// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "model/ops.h"

/// The operations of a decoder block, made of ATen's operations: for every device and dtype, and
/// the yardstick of the fused ones in ops.h. All are differentiable.
namespace plumb::composed {

/// Without a bias RMSNorm, x [..., hidden] / sqrt(mean(x^2) + eps) * weight [hidden] (Zhang and
/// Sennrich, 2019); with one LayerNorm (Ba et al., 2016). Narrow types are normed in float32.
at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);

/// RMSNorm of each head of q and k in qkv [B, T, (heads + 2 kv_heads) D] with weights [D].
at::Tensor head_norm(const at::Tensor& qkv, const at::Tensor& q_weight, const at::Tensor& k_weight,
                     std::int64_t heads, std::int64_t kv_heads, double eps);

/// x [..., in] times weight [out, in] transposed, plus bias [out] and residual [..., out] where
/// they are defined.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual);

/// The same with what an adapter adds.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual, const ops::LowRank& adapter,
                  const Dropout& dropout = {});

/// Rotary positions (Su et al., 2021) in Hugging Face's halves layout: x [B, T, heads, D]; cos and
/// sin [T, R/2], or [B, T, R/2], for the first R columns of each head.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

struct Qkv {
    at::Tensor q;  // [B, T, heads, D]
    at::Tensor k;  // [B, T, kv_heads, D]
    at::Tensor v;  // [B, T, kv_heads, D]
};
/// Cuts qkv [B, T, (heads + 2 kv_heads) D] apart and rotates q and k where cos is defined.
Qkv split_and_rotate(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     std::int64_t heads, std::int64_t kv_heads);

/// Causal grouped-query attention within the sequences of a TokenTree with these segments: a token
/// sees itself and those before it, `window` of them; 0: all. qkv [N, (heads + 2 kv_heads) D] is
/// rotated by each token's row of cos and sin [positions, R/2], where they are defined. Returns
/// [N, heads D].
at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& segments,
                            const at::Tensor& cos, const at::Tensor& sin, std::int64_t heads,
                            std::int64_t kv_heads, std::int64_t window = 0);

/// silu(gate) * up, where gate_up [..., 2 n] holds gate, then up: [..., n] (Shazeer, 2020).
at::Tensor swiglu(const at::Tensor& gate_up);

/// x times the probability that a standard normal number is below it (Hendrycks and Gimpel, 2016):
/// exact, or by the tanh approximation.
at::Tensor gelu(const at::Tensor& x, bool exact);

}  // namespace plumb::composed
