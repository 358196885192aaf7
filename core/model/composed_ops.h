// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/ATen.h>

/// The operations of a Llama block, made of ATen's operations: for every device and dtype, and the
/// yardstick of the fused ones in ops.h. All are differentiable.
namespace plumb::composed {

/// x [..., hidden] / sqrt(mean(x^2) + eps) * weight [hidden] (Zhang and Sennrich, 2019).
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// x [..., in] times weight [out, in] transposed, plus bias [out] and residual [..., out] where
/// they are defined.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual);

/// Rotary positions (Su et al., 2021) in Hugging Face's halves layout: x [B, T, heads, D]; cos and
/// sin [T, D/2], or [B, T, D/2].
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

struct Qkv {
    at::Tensor q;  // [B, T, heads, D]
    at::Tensor k;  // [B, T, kv_heads, D]
    at::Tensor v;  // [B, T, kv_heads, D]
};
/// Cuts qkv [B, T, (heads + 2 kv_heads) D] apart and rotates q and k.
Qkv split_and_rotate(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     std::int64_t heads, std::int64_t kv_heads);

/// Causal grouped-query attention of split_and_rotate(qkv): [B, T, heads D].
at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                            std::int64_t heads, std::int64_t kv_heads);

/// silu(gate) * up, where gate_up [..., 2 n] holds gate, then up: [..., n] (Shazeer, 2020).
at::Tensor swiglu(const at::Tensor& gate_up);

}  // namespace plumb::composed
