// SPDX-License-Identifier: GPL-3.0-or-later
// Included by kernels_body.h alone, inside its namespace: GELU (Hendrycks and Gimpel, 2016).

/// The error function to a few units in the last place: a ratio of polynomials on [-4, 4], beyond
/// which float32 has none but -1 and 1 (the coefficients of Eigen's generic_fast_erf_float).
inline Vector error_function(Vector x) {
    x = x > 4.0f ? constant(4.0f) : x;
    x = x < -4.0f ? constant(-4.0f) : x;
    const Vector square = x * x;
    Vector above = constant(-2.72614225801306e-10f);
    above = above * square + 2.77068142495902e-08f;
    above = above * square - 2.10102402082508e-06f;
    above = above * square - 5.69250639462346e-05f;
    above = above * square - 7.34990630326855e-04f;
    above = above * square - 2.95459980854025e-03f;
    above = above * square - 1.60960333262415e-02f;
    Vector below = constant(-1.45660718464996e-05f);
    below = below * square - 2.13374055278905e-04f;
    below = below * square - 1.68282697438203e-03f;
    below = below * square - 7.37332916720468e-03f;
    below = below * square - 1.42647390514189e-02f;
    return x * above / below;
}

/// x times the probability that a standard normal number is below it.
struct ExactGelu {
    static Vector probability(Vector x) {
        return 0.5f * (1.0f + error_function(x * 0.707106781186547524f));
    }
    static Vector value(Vector x) { return x * probability(x); }
    static Vector slope(Vector x) {
        const Vector density = 0.398942280401432678f * exponential(-0.5f * x * x);
        return probability(x) + x * density;
    }
};

/// x (1 + tanh u) / 2 = x sigmoid(2 u), with u = sqrt(2 / pi) (x + 0.044715 x^3).
struct TanhGelu {
    static constexpr float twice_root = 1.59576912160573072f, cubic = 0.044715f;
    static Vector value(Vector x) { return x * sigmoid(twice_root * (x + cubic * x * x * x)); }
    static Vector slope(Vector x) {
        const Vector s = sigmoid(twice_root * (x + cubic * x * x * x));
        return s + x * s * (1.0f - s) * twice_root * (1.0f + 3.0f * cubic * x * x);
    }
};

template <class Kind>
void gelu_rows(Int rows, Int size, const float* x, float* y) {
    for (Int row = 0; row < rows; ++row, x += size, y += size)
        each_vector(
            size, [&](Int i) { store(y + i, Kind::value(load(x + i))); },
            [&](Int i, Int n) { store_part(y + i, Kind::value(load_part(x + i, n)), n); });
}

template <class Kind>
void gelu_backward_rows(Int rows, Int size, const float* x, const float* dy, float* dx) {
    for (Int row = 0; row < rows; ++row, x += size, dy += size, dx += size)
        each_vector(
            size, [&](Int i) { store(dx + i, load(dy + i) * Kind::slope(load(x + i))); },
            [&](Int i, Int n) {
                store_part(dx + i, load_part(dy + i, n) * Kind::slope(load_part(x + i, n)), n);
            });
}

void gelu(Int rows, Int size, bool exact, const float* x, float* y) {
    exact ? gelu_rows<ExactGelu>(rows, size, x, y) : gelu_rows<TanhGelu>(rows, size, x, y);
}

void gelu_backward(Int rows, Int size, bool exact, const float* x, const float* dy, float* dx) {
    exact ? gelu_backward_rows<ExactGelu>(rows, size, x, dy, dx)
          : gelu_backward_rows<TanhGelu>(rows, size, x, dy, dx);
}
