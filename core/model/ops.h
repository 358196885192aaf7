// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/ATen.h>

/// The operations of a Llama block, with the meaning and shapes of composed_ops.h. float32 on the
/// CPU runs fused kernels with hand-written gradients; everything else the composed operations.
namespace plumb::ops {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                  const at::Tensor& residual = {});
at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                            std::int64_t heads, std::int64_t kv_heads);
at::Tensor swiglu(const at::Tensor& gate_up);

}  // namespace plumb::ops
