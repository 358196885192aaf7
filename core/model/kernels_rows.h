// SPDX-License-Identifier: GPL-3.0-or-later
// Included by kernels_body.h alone, inside its namespace: what is done row by row.

/// Calls whole(i) for each whole vector of [0, size), then part(i, count) for what is left.
template <class Whole, class Part>
[[gnu::always_inline]] inline void each_vector(Int size, Whole whole, Part part) {
    Int i = 0;
    for (; i + lanes <= size; i += lanes) whole(i);
    if (i < size) part(i, size - i);
}

void rms_norm(Int rows, Int size, const float* x, const float* weight, float eps, float* y,
              float* inverse) {
    for (Int row = 0; row < rows; ++row, x += size, y += size) {
        Vector squares = {};
        each_vector(
            size, [&](Int i) { squares += load(x + i) * load(x + i); },
            [&](Int i, Int n) { squares += load_part(x + i, n) * load_part(x + i, n); });
        const float scale = 1.0f / __builtin_sqrtf(sum(squares) / static_cast<float>(size) + eps);
        if (inverse) inverse[row] = scale;
        each_vector(
            size, [&](Int i) { store(y + i, load(x + i) * scale * load(weight + i)); },
            [&](Int i, Int n) {
                store_part(y + i, load_part(x + i, n) * scale * load_part(weight + i, n), n);
            });
    }
}

void rms_norm_backward(Int rows, Int size, const float* x, const float* weight,
                       const float* inverse, const float* dy, float* dx, float* dweight) {
    for (Int row = 0; row < rows; ++row, x += size, dy += size, dx += size) {
        const float scale = inverse[row];
        Vector products = {};
        each_vector(
            size, [&](Int i) { products += load(dy + i) * load(weight + i) * load(x + i); },
            [&](Int i, Int n) {
                products += load_part(dy + i, n) * load_part(weight + i, n) * load_part(x + i, n);
            });
        const float pull = sum(products) * scale * scale * scale / static_cast<float>(size);
        each_vector(
            size,
            [&](Int i) {
                store(dx + i, load(dy + i) * load(weight + i) * scale - load(x + i) * pull);
            },
            [&](Int i, Int n) {
                store_part(dx + i,
                           load_part(dy + i, n) * load_part(weight + i, n) * scale -
                               load_part(x + i, n) * pull,
                           n);
            });
        if (!dweight) continue;
        each_vector(
            size,
            [&](Int i) {
                store(dweight + i, load(dweight + i) + load(dy + i) * load(x + i) * scale);
            },
            [&](Int i, Int n) {
                store_part(
                    dweight + i,
                    load_part(dweight + i, n) + load_part(dy + i, n) * load_part(x + i, n) * scale,
                    n);
            });
    }
}

inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

void swiglu(Int rows, Int size, const float* gate_up, float* y) {
    const auto value = [](Vector gate, Vector up) { return gate * sigmoid(gate) * up; };
    for (Int row = 0; row < rows; ++row, gate_up += 2 * size, y += size) {
        const float* up = gate_up + size;
        each_vector(
            size, [&](Int i) { store(y + i, value(load(gate_up + i), load(up + i))); },
            [&](Int i, Int n) {
                store_part(y + i, value(load_part(gate_up + i, n), load_part(up + i, n)), n);
            });
    }
}

void swiglu_backward(Int rows, Int size, const float* gate_up, const float* dy, float* dgate_up) {
    // d silu(g) / dg = s (1 + g (1 - s)), s = sigmoid(g)
    const auto dgate = [](Vector gate, Vector up, Vector d) {
        const Vector s = sigmoid(gate);
        return d * up * s * (1.0f + gate * (1.0f - s));
    };
    const auto dup = [](Vector gate, Vector d) { return d * gate * sigmoid(gate); };
    for (Int row = 0; row < rows; ++row, gate_up += 2 * size, dgate_up += 2 * size, dy += size) {
        const float* up = gate_up + size;
        each_vector(
            size,
            [&](Int i) {
                const Vector gate = load(gate_up + i), d = load(dy + i);
                store(dgate_up + i, dgate(gate, load(up + i), d));
                store(dgate_up + size + i, dup(gate, d));
            },
            [&](Int i, Int n) {
                const Vector gate = load_part(gate_up + i, n), d = load_part(dy + i, n);
                store_part(dgate_up + i, dgate(gate, load_part(up + i, n), d), n);
                store_part(dgate_up + size + i, dup(gate, d), n);
            });
    }
}

void rotate(Int heads, Int dim, Int rotary, const float* cos, const float* sin, float direction,
            float* x) {
    const Int half = rotary / 2;
    for (Int head = 0; head < heads; ++head, x += dim) {
        float *low = x, *high = x + half;
        each_vector(
            half,
            [&](Int i) {
                const Vector a = load(low + i), b = load(high + i);
                const Vector c = load(cos + i), s = load(sin + i) * direction;
                store(low + i, a * c - b * s);
                store(high + i, b * c + a * s);
            },
            [&](Int i, Int n) {
                const Vector a = load_part(low + i, n), b = load_part(high + i, n);
                const Vector c = load_part(cos + i, n), s = load_part(sin + i, n) * direction;
                store_part(low + i, a * c - b * s, n);
                store_part(high + i, b * c + a * s, n);
            });
    }
}

double exponentiate(Int size, const float* scores, float* weights) {
    Vector top = constant(negative_infinity);
    float last = negative_infinity;
    each_vector(
        size, [&](Int i) { top = larger(top, load(scores + i)); },
        [&](Int i, Int n) {
            for (Int j = i; j < i + n; ++j) last = last < scores[j] ? scores[j] : last;
        });
    const float whole = largest(top), maximum = whole < last ? last : whole;
    double total = 0;
    each_vector(
        size,
        [&](Int i) {
            const Vector e = exponential(load(scores + i) - maximum);
            store(weights + i, e);
            total += static_cast<double>(sum(e));
        },
        [&](Int i, Int n) {
            store_part(weights + i, exponential(load_part(scores + i, n) - maximum), n);
            for (Int j = i; j < i + n; ++j) total += static_cast<double>(weights[j]);
        });
    return total;
}
