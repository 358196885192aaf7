// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/student_t.h"

#include <cmath>
#include <limits>

#include "base/check.h"

namespace plumb {
namespace {

/// The continued fraction of the incomplete beta function, which converges fast for
/// x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    const auto away_from_zero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
    double c = 1;
    double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m <= 1000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return fraction;
}

double regularised_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double factor = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                   a * std::log(x) + b * std::log1p(-x));
    if (x < (a + 1) / (a + b + 2)) return factor * beta_fraction(a, b, x) / a;
    return 1 - factor * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace

double student_cdf(double t, double degrees_of_freedom) {
    PLUMB_CHECK(degrees_of_freedom > 0, "degrees of freedom are above 0");
    if (std::isnan(t)) return std::numeric_limits<double>::quiet_NaN();
    if (std::isinf(t)) return t > 0 ? 1 : 0;
    const double x = degrees_of_freedom / (degrees_of_freedom + t * t);
    const double tail = 0.5 * regularised_beta(0.5 * degrees_of_freedom, 0.5, x);
    return t > 0 ? 1 - tail : tail;
}

double student_quantile_95(double degrees_of_freedom) {
    double low = 0, high = 2;
    while (student_cdf(high, degrees_of_freedom) < 0.975) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
        const double middle = 0.5 * (low + high);
        (student_cdf(middle, degrees_of_freedom) < 0.975 ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace plumb
