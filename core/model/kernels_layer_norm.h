// SPDX-License-Identifier: GPL-3.0-or-later
// Included by kernels_body.h alone, inside its namespace: LayerNorm.

/// The first `count` lanes of a vector, zeros in the others.
inline Vector first_lanes(Vector v, Int count) {
    float x[lanes];
    store(x, v);
    return load_part(x, count);
}

void layer_norm(Int rows, Int size, const float* x, const float* weight, const float* bias,
                float eps, float* y, float* moments) {
    for (Int row = 0; row < rows; ++row, x += size, y += size) {
        Vector values = {}, squares = {};
        each_vector(
            size, [&](Int i) { values += load(x + i); },
            [&](Int i, Int n) { values += load_part(x + i, n); });
        const float mean = sum(values) / static_cast<float>(size);
        each_vector(
            size, [&](Int i) { squares += (load(x + i) - mean) * (load(x + i) - mean); },
            [&](Int i, Int n) {
                const Vector centred = first_lanes(load_part(x + i, n) - mean, n);
                squares += centred * centred;
            });
        const float scale = 1.0f / __builtin_sqrtf(sum(squares) / static_cast<float>(size) + eps);
        if (moments) {
            moments[2 * row] = mean;
            moments[2 * row + 1] = scale;
        }
        each_vector(
            size,
            [&](Int i) {
                store(y + i, (load(x + i) - mean) * scale * load(weight + i) + load(bias + i));
            },
            [&](Int i, Int n) {
                store_part(y + i,
                           (load_part(x + i, n) - mean) * scale * load_part(weight + i, n) +
                               load_part(bias + i, n),
                           n);
            });
    }
}

// With z = (x - mean) * scale and g = dy * weight: dx = scale (g - mean(g) - z mean(g z)).
void layer_norm_backward(Int rows, Int size, const float* x, const float* weight,
                         const float* moments, const float* dy, float* dx, float* dweight,
                         float* dbias) {
    for (Int row = 0; row < rows; ++row, x += size, dy += size, dx += size) {
        const float mean = moments[2 * row], scale = moments[2 * row + 1];
        Vector gradients = {}, products = {};
        const auto add = [&](Vector value, Vector w, Vector d) {
            gradients += d * w;
            products += d * w * ((value - mean) * scale);
        };
        each_vector(
            size, [&](Int i) { add(load(x + i), load(weight + i), load(dy + i)); },
            [&](Int i, Int n) {
                add(load_part(x + i, n), load_part(weight + i, n), load_part(dy + i, n));
            });
        const float shift = sum(gradients) / static_cast<float>(size);
        const float pull = sum(products) / static_cast<float>(size);
        const auto gradient = [&](Vector value, Vector w, Vector d) {
            return scale * (d * w - shift - (value - mean) * scale * pull);
        };
        each_vector(
            size,
            [&](Int i) { store(dx + i, gradient(load(x + i), load(weight + i), load(dy + i))); },
            [&](Int i, Int n) {
                store_part(
                    dx + i,
                    gradient(load_part(x + i, n), load_part(weight + i, n), load_part(dy + i, n)),
                    n);
            });
        if (dweight)
            each_vector(
                size,
                [&](Int i) {
                    const Vector z = (load(x + i) - mean) * scale;
                    store(dweight + i, load(dweight + i) + load(dy + i) * z);
                },
                [&](Int i, Int n) {
                    const Vector z = (load_part(x + i, n) - mean) * scale;
                    store_part(dweight + i, load_part(dweight + i, n) + load_part(dy + i, n) * z,
                               n);
                });
        if (dbias)
            each_vector(
                size, [&](Int i) { store(dbias + i, load(dbias + i) + load(dy + i)); },
                [&](Int i, Int n) {
                    store_part(dbias + i, load_part(dbias + i, n) + load_part(dy + i, n), n);
                });
    }
}
