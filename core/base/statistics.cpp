// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace plumb {
namespace {

struct Moments {
    double mean_x = 0, mean_y = 0;
    double xx = 0, yy = 0, xy = 0;  ///< sums of products of deviations from the means
};

Moments moments(std::span<const double> x, std::span<const double> y) {
    PLUMB_CHECK(x.size() == y.size(), "lists of one length expected");
    Moments m;
    const auto n = static_cast<double>(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        m.mean_x += x[i] / n;
        m.mean_y += y[i] / n;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double dx = x[i] - m.mean_x, dy = y[i] - m.mean_y;
        m.xx += dx * dx;
        m.yy += dy * dy;
        m.xy += dx * dy;
    }
    return m;
}

/// Whether a sum of squared deviations is more than rounding.
bool has_spread(double squares, double mean) {
    return squares > 1e-18 * (1 + mean * mean) && std::isfinite(squares);
}

}  // namespace

std::optional<double> correlation(std::span<const double> x, std::span<const double> y) {
    const Moments m = moments(x, y);
    if (!has_spread(m.xx, m.mean_x) || !has_spread(m.yy, m.mean_y)) return std::nullopt;
    return m.xy / std::sqrt(m.xx * m.yy);
}

std::optional<Line> fit_line(std::span<const double> x, std::span<const double> y) {
    const Moments m = moments(x, y);
    if (!has_spread(m.xx, m.mean_x) || !std::isfinite(m.xy)) return std::nullopt;
    const double slope = m.xy / m.xx;
    return Line{m.mean_y - slope * m.mean_x, slope};
}

std::optional<double> sample_variance(std::span<const double> values) {
    if (values.size() < 2) return std::nullopt;
    const auto count = static_cast<double>(values.size());
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / count;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return squares / (count - 1);
}

double median(std::vector<double> values) {
    PLUMB_CHECK(!values.empty(), "a median needs values");
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    if (values.size() % 2 == 1) return *middle;
    return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

}  // namespace plumb
