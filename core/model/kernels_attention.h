// SPDX-License-Identifier: GPL-3.0-or-later
// Included by kernels_body.h alone, inside its namespace: causal attention of one key-value head.
// Scores are kept for a block of queries and all of their keys, so that a softmax is one pass in
// a fixed order however many queries stand in the block.

constexpr Int query_block = 3 * tile_rows;  // of the backward pass

/// The keys that a query sees are [first, last]; panels before `panel_start` are left out of all
/// sums, where they would count as zeros: so a row's bits do not depend on its neighbours' windows.
struct Span {
    Span(Int position, Int window)
        : first(window > 0 && position >= window ? position - window + 1 : 0), last(position) {}
    Int panel_start() const { return first / panel * panel; }
    Int first, last;
};

/// Softmax over the scores of a span, of [start, width) (multiples of panel), not normalised: the
/// others become 0. Returns the largest scaled score and the sum.
struct RowSum {
    float maximum, total;
};
inline RowSum softmax_row(float* scores, const Span& seen, Int start, Int width, float scale) {
    for (Int i = start; i < seen.first; ++i) scores[i] = negative_infinity;
    for (Int i = seen.last + 1; i < width; ++i) scores[i] = negative_infinity;
    Vector top = constant(negative_infinity);
    for (Int i = start; i < width; i += lanes) top = larger(top, load(scores + i));
    const float maximum = largest(top) * scale;
    Vector even = {}, odd = {};
    for (Int i = start; i < width; i += panel) {
        const Vector a = exponential(load(scores + i) * scale - maximum);
        const Vector b = exponential(load(scores + i + lanes) * scale - maximum);
        store(scores + i, a);
        store(scores + i + lanes, b);
        even += a;
        odd += b;
    }
    return {maximum, sum(even + odd)};
}

/// Queries of one tile against keys and values in panels: the first at position `first`, each
/// `step` positions after the one before. log_sums may be null.
inline void attend(const AttentionShape& shape, Int rows, Int first, Int step, const float* q,
                   Int stride, const float* keys, const float* values, Int value_rows, float* out,
                   Int out_stride, float* log_sums, float* scores, Int score_stride) {
    const Int dim = shape.dim;
    const Int reach = first + (rows - 1) * step + 1, width = round_up(reach, panel);
    const Int start = Span(first, shape.window).panel_start();
    const ProductOutput to_scores{scores, score_stride};
    for (Int position = start; position < width; position += panel)
        tile_of<false>(rows)(dim, q, stride, keys + position * dim, to_scores, 0, position, panel);
    float totals[tile_rows];
    for (Int i = 0; i < rows; ++i) {
        const Span seen(first + i * step, shape.window);
        const RowSum row = softmax_row(scores + i * score_stride, seen, start, width, shape.scale);
        totals[i] = row.total;
        if (log_sums) log_sums[i] = row.maximum + __builtin_logf(row.total);
    }
    const ProductOutput to_out{out, out_stride};
    for (Int column = 0; column < dim; column += panel)
        tile_of<false>(rows)(reach - start, scores + start, score_stride,
                             values + column * value_rows + start * panel, to_out, 0, column,
                             minimum(panel, dim - column));
    for (Int i = 0; i < rows; ++i) {
        const float factor = 1.0f / totals[i];
        float* row = out + i * out_stride;
        each_vector(
            dim, [&](Int d) { store(row + d, load(row + d) * factor); },
            [&](Int d, Int n) { store_part(row + d, load_part(row + d, n) * factor, n); });
    }
}

Int attention_scratch(const AttentionShape& shape) {
    const Int length = round_up(shape.length, panel), dim = round_up(shape.dim, panel);
    return 3 * length * dim                      // keys and values in panels
           + 2 * length * dim                    // queries and output gradients in panels
           + 2 * query_block * (length + lanes)  // probabilities and their gradients
           + query_block;
}

void attention(const AttentionShape& shape, const float* q, const float* k, const float* v,
               Int stride, float* out, Int out_stride, float* log_sums, float* scratch) {
    const Int length = shape.length, dim = shape.dim, padded = round_up(length, panel);
    float* keys = scratch;
    float* values = keys + padded * dim;
    float* scores = values + length * round_up(dim, panel);
    pack_transposed(k, stride, dim, length, keys);
    pack(v, stride, length, dim, values);
    const Tiles tiles(length);
    for (Int head = 0; head < shape.group; ++head)
        for (Int i = 0; i < tiles.count; ++i) {
            const Int first = tiles.first(i);
            attend(shape, tiles.rows(i), first, 1, q + first * stride + head * dim, stride, keys,
                   values, length, out + first * out_stride + head * dim, out_stride,
                   log_sums + head * length + first, scores, padded + lanes);
        }
}

/// Rows of dv (or dk) of so many positions: += a^T b, a [queries, positions], b in panels.
inline void add_transposed(Int reach, Int queries, Int dim, const float* a, Int a_stride,
                           const float* b, Int b_rows, float* c, Int c_stride) {
    const ProductOutput target{c, c_stride, nullptr, nullptr, true};
    const Tiles tiles(reach);
    for (Int i = 0; i < tiles.count; ++i)
        for (Int column = 0; column < dim; column += panel)
            tile_of<true>(tiles.rows(i))(queries, a + tiles.first(i), a_stride, b + column * b_rows,
                                         target, tiles.first(i), column,
                                         minimum(panel, dim - column));
}

void attention_backward(const AttentionShape& shape, const float* q, const float* k, const float* v,
                        Int stride, const float* out, const float* dout, Int out_stride,
                        const float* log_sums, float* dq, float* dk, float* dv, float* scratch) {
    const Int length = shape.length, dim = shape.dim;
    const Int padded = round_up(length, panel), wide = round_up(dim, panel);
    float* keys_transposed = scratch;
    float* values_transposed = keys_transposed + padded * dim;
    float* keys = values_transposed + padded * dim;
    float* queries = keys + length * wide;
    float* douts = queries + length * wide;
    const Int score_stride = padded + lanes;
    float* p = douts + length * wide;
    float* dp = p + query_block * score_stride;
    float* delta = dp + query_block * score_stride;

    pack_transposed(k, stride, dim, length, keys_transposed);
    pack_transposed(v, stride, dim, length, values_transposed);
    pack(k, stride, length, dim, keys);
    for (Int row = 0; row < length; ++row)
        for (Int d = 0; d < dim; ++d) dk[row * stride + d] = dv[row * stride + d] = 0.0f;

    for (Int head = 0; head < shape.group; ++head) {
        const float* head_q = q + head * dim;
        const float* head_out = out + head * dim;
        const float* head_dout = dout + head * dim;
        pack(head_q, stride, length, dim, queries);
        pack(head_dout, out_stride, length, dim, douts);
        for (Int first = 0; first < length; first += query_block) {
            const Int rows = minimum(query_block, length - first), reach = first + rows;
            const Int width = round_up(reach, panel);
            const Int start = Span(first, shape.window).panel_start();
            product(rows, width - start, dim, head_q + first * stride, stride,
                    keys_transposed + start * dim, {p + start, score_stride});
            product(rows, width - start, dim, head_dout + first * out_stride, out_stride,
                    values_transposed + start * dim, {dp + start, score_stride});
            for (Int i = 0; i < rows; ++i) {
                const float* o = head_out + (first + i) * out_stride;
                const float* d_o = head_dout + (first + i) * out_stride;
                Vector products = {};
                each_vector(
                    dim, [&](Int d) { products += load(o + d) * load(d_o + d); },
                    [&](Int d, Int n) { products += load_part(o + d, n) * load_part(d_o + d, n); });
                delta[i] = sum(products);
            }
            for (Int i = 0; i < rows; ++i) {
                float* row = p + i * score_stride;
                float* drow = dp + i * score_stride;
                const float log_sum = log_sums[head * length + first + i];
                const Span seen(first + i, shape.window);
                for (Int j = start; j < seen.first; ++j) row[j] = negative_infinity;
                for (Int j = seen.last + 1; j < width; ++j) row[j] = negative_infinity;
                for (Int j = start; j < width; j += lanes) {
                    const Vector e = exponential(load(row + j) * shape.scale - log_sum);
                    store(row + j, e);
                    store(drow + j, e * (load(drow + j) - delta[i]) * shape.scale);
                }
            }
            const ProductOutput to_dq{dq + first * stride + head * dim, stride};
            const Tiles tiles(rows);
            for (Int i = 0; i < tiles.count; ++i)
                for (Int column = 0; column < dim; column += panel)
                    tile_of<false>(tiles.rows(i))(
                        reach - start, dp + tiles.first(i) * score_stride + start, score_stride,
                        keys + column * length + start * panel, to_dq, tiles.first(i), column,
                        minimum(panel, dim - column));
            add_transposed(reach - start, rows, dim, p + start, score_stride, douts + first * panel,
                           length, dv + start * stride, stride);
            add_transposed(reach - start, rows, dim, dp + start, score_stride,
                           queries + first * panel, length, dk + start * stride, stride);
        }
    }
}

void cache_store(Int dim, Int capacity, Int position, const float* k, const float* v, float* keys,
                 float* values) {
    float* key = keys + position / panel * panel * dim + position % panel;
    for (Int d = 0; d < dim; ++d) key[d * panel] = k[d];
    for (Int column = 0; column < dim; column += panel)
        for (Int i = 0; i < minimum(panel, dim - column); ++i)
            values[column * capacity + position * panel + i] = v[column + i];
}

void cached_attention(const AttentionShape& shape, Int first, Int queries, Int capacity,
                      const float* q, Int stride, const float* keys, const float* values,
                      float* out, Int out_stride, float* scratch) {
    const Int dim = shape.dim, score_stride = round_up(capacity, panel);
    if (queries == 1) {
        // The heads of the group are the rows of a tile: they share position, keys and values.
        const Tiles tiles(shape.group);
        for (Int i = 0; i < tiles.count; ++i) {
            const Int column = tiles.first(i) * dim;
            attend(shape, tiles.rows(i), first, 0, q + column, dim, keys, values, capacity,
                   out + column, dim, nullptr, scratch, score_stride);
        }
        return;
    }
    const Tiles tiles(queries);
    for (Int head = 0; head < shape.group; ++head)
        for (Int i = 0; i < tiles.count; ++i) {
            const Int row = tiles.first(i);
            attend(shape, tiles.rows(i), first + row, 1, q + row * stride + head * dim, stride,
                   keys, values, capacity, out + row * out_stride + head * dim, out_stride, nullptr,
                   scratch, score_stride);
        }
}
