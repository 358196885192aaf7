// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/ATen.h>

/// The operations of a Decoder block, with the meaning and shapes of composed_ops.h. float32 on the
/// CPU runs the fused kernels of kernels.h with hand-written gradients; everything else the
/// composed operations.
///
/// The fused operations add the gradient of a parameter straight to its .grad where that is defined
/// (as Decoder::enable_training sets it) and hand nothing on: torch::autograd::grad does not see
/// such a parameter, backward() does. The results do not depend on the number of threads.
namespace plumb::ops {

/// weight [V, hidden] at ids [...]: [..., hidden].
at::Tensor embedding(const at::Tensor& weight, const at::Tensor& ids);
at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);
at::Tensor head_norm(const at::Tensor& qkv, const at::Tensor& q_weight, const at::Tensor& k_weight,
                     std::int64_t heads, std::int64_t kv_heads, double eps);
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                  const at::Tensor& residual = {});
/// Uses qkv up: the fused operation rotates it in place.
at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& segments,
                            const at::Tensor& cos, const at::Tensor& sin, std::int64_t heads,
                            std::int64_t kv_heads, std::int64_t window = 0);
at::Tensor swiglu(const at::Tensor& gate_up);
at::Tensor gelu(const at::Tensor& x, bool exact);

}  // namespace plumb::ops
