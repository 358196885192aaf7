// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Matrix products of the fused operations: the kernels' products with their operands packed and
// the work cut up for threads. float32 on the CPU.

#include <algorithm>

#include "model/kernels.h"
#include "model/ops_detail.h"

namespace plumb::ops::detail {

/// Panels of a matrix [k, n], or of the transpose of one [n, k].
inline at::Tensor pack(const at::Tensor& matrix, std::int64_t k, std::int64_t n, bool transposed) {
    const Kernels& kernel = kernels();
    const std::int64_t panels = (n + kernel.panel - 1) / kernel.panel;
    at::Tensor packed = at::empty({panels, k, kernel.panel}, matrix.options());
    const auto* source = matrix.const_data_ptr<float>();
    auto* target = packed.data_ptr<float>();
    at::parallel_for(
        0, panels, grain(2 * k * kernel.panel), [&](std::int64_t begin, std::int64_t end) {
            const std::int64_t first = begin * kernel.panel,
                               count = std::min(end * kernel.panel, n) - first;
            if (transposed)
                kernel.pack_transposed(source + first * k, k, k, count, target + first * k);
            else
                kernel.pack(source + first, n, k, count, target + first * k);
        });
    return packed;
}

/// Rows of a matrix that lie `stride` floats apart: a part of the columns of a wider one.
struct Rows {
    const float* data;
    std::int64_t stride;
};

/// a [m, k] times the packed b [k, n]; cut by rows where there are many, else by columns.
inline void multiply(const Rows& a, std::int64_t m, std::int64_t k, const at::Tensor& packed,
                     std::int64_t n, const ProductOutput& out) {
    const Kernels& kernel = kernels();
    const auto* panels = packed.const_data_ptr<float>();
    const auto shifted = [&](std::int64_t row, std::int64_t column) {
        ProductOutput part = out;
        part.c += row * out.stride + column;
        if (part.bias) part.bias += column;
        if (part.residual) part.residual += row * out.stride + column;
        return part;
    };
    if (m >= 16 * kernel.tile) {
        at::parallel_for(0, m, grain(k * n / 8), [&](std::int64_t begin, std::int64_t end) {
            kernel.product(end - begin, n, k, a.data + begin * a.stride, a.stride, panels,
                           shifted(begin, 0));
        });
        return;
    }
    const std::int64_t count = (n + kernel.panel - 1) / kernel.panel;
    at::parallel_for(0, count, grain(m * k * kernel.panel / 8),
                     [&](std::int64_t begin, std::int64_t end) {
                         const std::int64_t first = begin * kernel.panel;
                         kernel.product(m, std::min(end * kernel.panel, n) - first, k, a.data,
                                        a.stride, panels + first * k, shifted(0, first));
                     });
}

/// target [n, k] += dy^T x, dy [m, n], x [m, k] contiguous.
inline void add_weight_gradient(const Rows& dy, const at::Tensor& x, std::int64_t m, std::int64_t n,
                                std::int64_t k, float* target) {
    const Kernels& kernel = kernels();
    const at::Tensor packed = pack(x, m, k, false);
    const auto* panels = packed.const_data_ptr<float>();
    const std::int64_t strips = (n + kernel.tile - 1) / kernel.tile;
    at::parallel_for(
        0, strips, grain(m * k * kernel.tile / 8), [&](std::int64_t begin, std::int64_t end) {
            const at::Tensor scratch = at::empty({transposed_scratch * kernel.tile}, x.options());
            kernel.product_transposed(
                begin * kernel.tile, std::min(end * kernel.tile, n), k, m, dy.data, dy.stride,
                panels, {target, k, nullptr, nullptr, true}, scratch.data_ptr<float>());
        });
}

}  // namespace plumb::ops::detail
