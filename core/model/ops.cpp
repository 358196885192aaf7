// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/ops.h"

#include "model/composed_ops.h"

namespace plumb::ops {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
    return composed::rms_norm(x, weight, eps);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
    return composed::linear(x, weight, bias, residual);
}

at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                            std::int64_t heads, std::int64_t kv_heads) {
    return composed::causal_attention(qkv, cos, sin, heads, kv_heads);
}

at::Tensor swiglu(const at::Tensor& gate_up) { return composed::swiglu(gate_up); }

}  // namespace plumb::ops
