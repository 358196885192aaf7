// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "model/dropout.h"

/// The operations of a decoder block, with the meaning and shapes of composed_ops.h. float32 on the
/// CPU runs the fused kernels of kernels.h with hand-written gradients; everything else the
/// composed operations.
///
/// The fused operations add the gradient of a parameter straight to its .grad where that is defined
/// (as Decoder::enable_training sets it) and hand nothing on: torch::autograd::grad does not see
/// such a parameter, backward() does. The results do not depend on the number of threads.
namespace plumb::ops {

/// What a low-rank adapter adds to a product with a fused weight [out, in] (Hu et al. 2021, LoRA):
/// to rows first_row .. first_row + rows of each part scale * B A x, where A are `rank` rows of the
/// stacked `a` and B [rows, rank] lies in `b`, one part behind the other.
struct LowRank {
    struct Part {
        std::int64_t first_row, rows, rank;
        double scale;
    };
    at::Tensor a;  // [sum of ranks, in]; undefined: nothing is added
    at::Tensor b;  // [sum of rows * rank]
    std::vector<Part> parts;
};

/// weight [V, hidden] at ids [...]: [..., hidden].
at::Tensor embedding(const at::Tensor& weight, const at::Tensor& ids);
at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);
at::Tensor head_norm(const at::Tensor& qkv, const at::Tensor& q_weight, const at::Tensor& k_weight,
                     std::int64_t heads, std::int64_t kv_heads, double eps);
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {},
                  const at::Tensor& residual = {});
/// The same with an adapter, which sees x through the dropout. No gradient is made of a weight or
/// bias that is frozen.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual, const LowRank& adapter, const Dropout& dropout = {});
/// Uses qkv up: the fused operation rotates it in place.
at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& segments,
                            const at::Tensor& cos, const at::Tensor& sin, std::int64_t heads,
                            std::int64_t kv_heads, std::int64_t window = 0);
at::Tensor swiglu(const at::Tensor& gate_up);
at::Tensor gelu(const at::Tensor& x, bool exact);

}  // namespace plumb::ops
