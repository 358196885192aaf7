// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// Loops over float32 memory, compiled once for each level of the processor's vector registers.
/// No torch here, no threads, and no memory of their own: callers cut the work up and lend scratch.
///
/// Every sum that makes an element of a product runs over the inner dimension in order, whatever
/// the number of rows, and every row is computed by itself. So the result of a row does not depend
/// on what it is batched with, nor on the number of threads; decoding with a cache gives the bits
/// of a full forward pass.
namespace plumb {

/// Where a product goes: c = a b + bias + residual, or c += a b.
struct ProductOutput {
    float* c;
    std::int64_t stride;  // of c and residual
    const float* bias = nullptr;
    const float* residual = nullptr;
    bool accumulate = false;
};

/// One key-value head's part of a causal attention: `group` query heads of `dim` columns each.
struct AttentionShape {
    std::int64_t length;  // T
    std::int64_t dim;
    std::int64_t group;
    float scale;
    std::int64_t window = 0;  ///< a position sees itself and those before it, so many; 0: all
};

/// Floats of scratch that product_transposed takes for each row of a tile.
constexpr std::int64_t transposed_scratch = 512 * 8;

struct Kernels {
    const char* name;
    /// Columns of a panel: [k][panel] floats, the columns of a matrix in the order they are used,
    /// filled up with zeros.
    std::int64_t panel;
    /// Rows worth computing together.
    std::int64_t tile;

    /// b [k, n] (rows `stride` apart) into panels; its transpose w [n, k] likewise.
    void (*pack)(const float* b, std::int64_t stride, std::int64_t k, std::int64_t n,
                 float* panels);
    void (*pack_transposed)(const float* w, std::int64_t stride, std::int64_t k, std::int64_t n,
                            float* panels);
    /// a [m, k] times the panels of b [k, n].
    void (*product)(std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
                    std::int64_t a_stride, const float* panels, const ProductOutput& out);
    /// Rows [first, last) of a^T b, where a is [k, m] and b [k, n] in panels; scratch:
    /// transposed_scratch * tile.
    void (*product_transposed)(std::int64_t first, std::int64_t last, std::int64_t n,
                               std::int64_t k, const float* a, std::int64_t a_stride,
                               const float* panels, const ProductOutput& out, float* scratch);

    /// y = x * inverse * weight, inverse [rows] = 1 / sqrt(mean(x^2) + eps).
    void (*rms_norm)(std::int64_t rows, std::int64_t size, const float* x, const float* weight,
                     float eps, float* y, float* inverse);
    /// dx; adds to dweight [size] where it is given.
    void (*rms_norm_backward)(std::int64_t rows, std::int64_t size, const float* x,
                              const float* weight, const float* inverse, const float* dy, float* dx,
                              float* dweight);
    /// y = (x - mean) * inverse * weight + bias; moments [rows, 2] = mean, inverse =
    /// 1 / sqrt(variance + eps).
    void (*layer_norm)(std::int64_t rows, std::int64_t size, const float* x, const float* weight,
                       const float* bias, float eps, float* y, float* moments);
    /// dx; adds to dweight and dbias [size] where they are given.
    void (*layer_norm_backward)(std::int64_t rows, std::int64_t size, const float* x,
                                const float* weight, const float* moments, const float* dy,
                                float* dx, float* dweight, float* dbias);
    /// x to y [rows, size]: exact, or by the tanh approximation. y may be x.
    void (*gelu)(std::int64_t rows, std::int64_t size, bool exact, const float* x, float* y);
    void (*gelu_backward)(std::int64_t rows, std::int64_t size, bool exact, const float* x,
                          const float* dy, float* dx);
    /// gate_up [rows, 2 size] to y [rows, size].
    void (*swiglu)(std::int64_t rows, std::int64_t size, const float* gate_up, float* y);
    void (*swiglu_backward)(std::int64_t rows, std::int64_t size, const float* gate_up,
                            const float* dy, float* dgate_up);
    /// Rotates the first `rotary` columns of `heads` heads of one position in place; direction -1
    /// undoes it. cos, sin [rotary / 2].
    void (*rotate)(std::int64_t heads, std::int64_t dim, std::int64_t rotary, const float* cos,
                   const float* sin, float direction, float* x);

    /// Floats of scratch for the two below.
    std::int64_t (*attention_scratch)(const AttentionShape& shape);
    /// q, k, v: the first column of the heads in rows `stride` apart; out likewise; log_sums
    /// [group, length] receives the logarithm of the sum of each softmax.
    void (*attention)(const AttentionShape& shape, const float* q, const float* k, const float* v,
                      std::int64_t stride, float* out, std::int64_t out_stride, float* log_sums,
                      float* scratch);
    /// dq, dk, dv in rows `stride` apart, overwritten.
    void (*attention_backward)(const AttentionShape& shape, const float* q, const float* k,
                               const float* v, std::int64_t stride, const float* out,
                               const float* dout, std::int64_t out_stride, const float* log_sums,
                               float* dq, float* dk, float* dv, float* scratch);

    /// One head's cache: keys in panels of positions, [positions / panel][dim][panel], values in
    /// panels of columns, [columns / panel][capacity][panel]. Stores one position.
    void (*cache_store)(std::int64_t dim, std::int64_t capacity, std::int64_t position,
                        const float* k, const float* v, float* keys, float* values);
    /// `queries` positions from `first` on attend to the cache, which holds them already.
    /// scratch: tile * (capacity rounded up to panels).
    void (*cached_attention)(const AttentionShape& shape, std::int64_t first, std::int64_t queries,
                             std::int64_t capacity, const float* q, std::int64_t stride,
                             const float* keys, const float* values, float* out,
                             std::int64_t out_stride, float* scratch);

    /// weights = exp(scores - largest score); returns their sum. -inf gives 0.
    double (*exponentiate)(std::int64_t size, const float* scores, float* weights);
};

/// The best that this processor runs.
const Kernels& kernels();

/// For tests: every level that this processor runs, the plainest first; and its choice for
/// kernels() from now on.
const Kernels* const* all_kernels(std::int64_t& count);
void use_kernels(const Kernels& chosen);

}  // namespace plumb
