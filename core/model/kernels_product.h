// SPDX-License-Identifier: GPL-3.0-or-later
// Included by kernels_body.h alone, inside its namespace: matrix products.

void pack(const float* b, Int stride, Int k, Int n, float* panels) {
    for (Int column = 0; column < n; column += panel) {
        const Int width = minimum(panel, n - column);
        for (Int row = 0; row < k; ++row, panels += panel) {
            const float* source = b + row * stride + column;
            if (width == panel) {
                store(panels, load(source));
                store(panels + lanes, load(source + lanes));
            } else {
                for (Int i = 0; i < panel; ++i) panels[i] = i < width ? source[i] : 0.0f;
            }
        }
    }
}

void pack_transposed(const float* w, Int stride, Int k, Int n, float* panels) {
    for (Int column = 0; column < n; column += panel, panels += k * panel) {
        const Int width = minimum(panel, n - column);
        for (Int i = 0; i < panel; ++i) {
            const float* source = w + (column + i) * stride;
            for (Int row = 0; row < k; ++row)
                panels[row * panel + i] = i < width ? source[row] : 0.0f;
        }
    }
}

/// rows x panel of a product. Element (i, p) of a stands at a[i * stride + p], or, transposed, at
/// a[p * stride + i].
template <int rows, bool transposed>
[[gnu::always_inline]] inline void accumulate(Int k, const float* a, Int stride, const float* b,
                                              Vector (&c)[rows][2]) {
    for (Int p = 0; p < k; ++p, b += panel) {
        const Vector b0 = load(b), b1 = load(b + lanes);
#pragma GCC unroll 16
        for (int i = 0; i < rows; ++i) {
            const float x = transposed ? a[p * stride + i] : a[i * stride + p];
            c[i][0] += x * b0;
            c[i][1] += x * b1;
        }
    }
}

/// What is done with a finished tile: its rows to out.c, `width` columns of it.
template <int rows>
[[gnu::always_inline]] inline void finish(const Vector (&c)[rows][2], const ProductOutput& out,
                                          Int row, Int column, Int width) {
    for (int i = 0; i < rows; ++i) {
        const Int offset = (row + i) * out.stride + column;
        for (Int half = 0; half < 2; ++half) {
            const Int first = half * lanes, count = minimum(lanes, width - first);
            if (count <= 0) break;
            float* target = out.c + offset + first;
            Vector y = c[i][half];
            const bool whole = count == lanes;
            const auto read = [&](const float* p) { return whole ? load(p) : load_part(p, count); };
            if (out.bias) y += read(out.bias + column + first);
            if (out.residual) y += read(out.residual + offset + first);
            if (out.accumulate) y += read(target);
            if (whole)
                store(target, y);
            else
                store_part(target, y, count);
        }
    }
}

template <int rows, bool transposed>
void compute_tile(Int k, const float* a, Int stride, const float* b, const ProductOutput& out,
                  Int row, Int column, Int width) {
    // Where the tile goes is on its way to the cache while the sums are made.
    for (int i = 0; i < rows; ++i) {
        const float* target = out.c + (row + i) * out.stride + column;
        __builtin_prefetch(target, 1);
        __builtin_prefetch(target + width - 1, 1);
    }
    Vector c[rows][2] = {};
    accumulate<rows, transposed>(k, a, stride, b, c);
    finish<rows>(c, out, row, column, width);
}

using Tile = void (*)(Int k, const float* a, Int stride, const float* b, const ProductOutput& out,
                      Int row, Int column, Int width);

template <bool transposed>
inline Tile tile_of(Int rows) {
    static constexpr Tile tiles[] = {
        nullptr,
        compute_tile<1, transposed>,
        compute_tile<2, transposed>,
        compute_tile<3, transposed>,
        compute_tile<4, transposed>,
        compute_tile<5, transposed>,
        compute_tile<6, transposed>,
#if PLUMB_SIMD_BYTES == 64
        compute_tile<7, transposed>,
        compute_tile<8, transposed>,
        compute_tile<9, transposed>,
        compute_tile<10, transposed>,
        compute_tile<11, transposed>,
        compute_tile<12, transposed>,
#endif
    };
    return tiles[rows];
}

/// Cuts `rows` rows into tiles of nearly equal height: 16 rows are 8 and 8, not 12 and 4.
struct Tiles {
    explicit Tiles(Int rows)
        : count((rows + tile_rows - 1) / tile_rows),
          height(count ? rows / count : 0),
          taller(count ? rows % count : 0) {}
    Int first(Int i) const { return i * height + minimum(i, taller); }
    Int rows(Int i) const { return height + (i < taller ? 1 : 0); }
    Int count, height, taller;
};

void product(Int m, Int n, Int k, const float* a, Int a_stride, const float* panels,
             const ProductOutput& out) {
    const Tiles tiles(m);
    // So many rows of a stay in the second-level cache while the panels pass by.
    constexpr Int together = 8;
    for (Int group = 0; group < tiles.count; group += together) {
        const Int end = minimum(group + together, tiles.count);
        for (Int column = 0; column < n; column += panel) {
            const float* b = panels + column * k;
            for (Int i = group; i < end; ++i)
                tile_of<false>(tiles.rows(i))(k, a + tiles.first(i) * a_stride, a_stride, b, out,
                                              tiles.first(i), column, minimum(panel, n - column));
        }
    }
}

/// Columns of a [depth, m] that make the tiles [begin, end): [depth][rows] each, `apart` floats
/// from one to the next. A row is read once from end to end.
inline void pack_tiles(const Tiles& tiles, Int begin, Int end, Int depth, const float* a,
                       Int stride, Int apart, float* packed) {
    for (Int p = 0; p < depth; ++p, a += stride) {
        float* target = packed;
        for (Int i = begin; i < end; ++i, target += apart) {
            const float* source = a + tiles.first(i);
            const Int rows = tiles.rows(i);
            if (rows == tile_rows)
                __builtin_memcpy(target + p * tile_rows, source, tile_rows * sizeof(float));
            else
                for (Int r = 0; r < rows; ++r) target[p * rows + r] = source[r];
        }
    }
}

void product_transposed(Int first, Int last, Int n, Int k, const float* a, Int a_stride,
                        const float* panels, const ProductOutput& out, float* scratch) {
    const Tiles tiles(last - first);
    constexpr Int depth = 512, together = 8;
    static_assert(depth * together == transposed_scratch);
    for (Int start = 0; start < k; start += depth) {
        const Int end = minimum(start + depth, k), block = end - start;
        ProductOutput target = out;
        target.accumulate = out.accumulate || start > 0;
        for (Int group = 0; group < tiles.count; group += together) {
            const Int group_end = minimum(group + together, tiles.count);
            pack_tiles(tiles, group, group_end, block, a + start * a_stride + first, a_stride,
                       depth * tile_rows, scratch);
            for (Int column = 0; column < n; column += panel) {
                const float* b = panels + column * k + start * panel;
                for (Int i = group; i < group_end; ++i)
                    tile_of<true>(tiles.rows(i))(block, scratch + (i - group) * depth * tile_rows,
                                                 tiles.rows(i), b, target, first + tiles.first(i),
                                                 column, minimum(panel, n - column));
            }
        }
    }
}
