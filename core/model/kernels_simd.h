// SPDX-License-Identifier: GPL-3.0-or-later
// Included by kernels_body.h alone, inside its namespace: vectors of PLUMB_SIMD_BYTES.

using Int = std::int64_t;
typedef float Vector __attribute__((vector_size(PLUMB_SIMD_BYTES)));
typedef std::int32_t IntVector __attribute__((vector_size(PLUMB_SIMD_BYTES)));

constexpr Int lanes = PLUMB_SIMD_BYTES / 4;
constexpr Int panel = 2 * lanes;
constexpr Int tile_rows = lanes == 16 ? 12 : 6;  // accumulators that fit the registers
constexpr float negative_infinity = -__builtin_inff();

inline Int minimum(Int a, Int b) { return a < b ? a : b; }
inline Int round_up(Int value, Int multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

inline Vector load(const float* p) {
    Vector v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
inline void store(float* p, Vector v) { __builtin_memcpy(p, &v, sizeof v); }

/// The first `count` lanes; the others are zero.
inline Vector load_part(const float* p, Int count) {
    Vector v = {};
    __builtin_memcpy(&v, p, static_cast<std::size_t>(count) * sizeof(float));
    return v;
}
inline void store_part(float* p, Vector v, Int count) {
    __builtin_memcpy(p, &v, static_cast<std::size_t>(count) * sizeof(float));
}

/// Lanes are added in a fixed order: halves onto each other.
inline float sum(Vector v) {
    float x[lanes];
    store(x, v);
    for (Int width = lanes / 2; width > 0; width /= 2)
        for (Int i = 0; i < width; ++i) x[i] += x[i + width];
    return x[0];
}
inline float largest(Vector v) {
    float x[lanes];
    store(x, v);
    for (Int width = lanes / 2; width > 0; width /= 2)
        for (Int i = 0; i < width; ++i) x[i] = x[i] < x[i + width] ? x[i + width] : x[i];
    return x[0];
}
inline Vector larger(Vector a, Vector b) { return a < b ? b : a; }
inline Vector constant(float x) { return Vector{} + x; }

/// e^x to about 1.5 units in the last place, after Cephes' expf; 0 below -87.3.
inline Vector exponential(Vector x) {
    const IntVector positive = x >= -87.3f;
    x = x > 88.0f ? constant(88.0f) : x;
    x = x < -87.3f ? constant(-87.3f) : x;
    const Vector shifted = x * 1.44269504088896341f + 12582912.0f;  // rounds to a whole number
    const Vector n = shifted - 12582912.0f;
    Vector r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    Vector p = constant(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    const IntVector exponent = ((IntVector)shifted - 0x4b400000 + 127) << 23;
    return (Vector)((IntVector)(p * (Vector)exponent) & positive);
}
