// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/estimate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "base/random.h"

namespace plumb {
namespace {

void check_counts(std::int64_t successes, std::int64_t count) {
    PLUMB_CHECK(successes >= 0 && successes <= count, "more successes than trials, or a negative");
}

/// Precondition: sorted and not empty; share in [0, 1].
double quantile(const std::vector<double>& sorted, double share) {
    const double position = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

}  // namespace

std::optional<Interval> bootstrap_interval(std::size_t items, const ItemStatistic& statistic,
                                           const BootstrapOptions& options) {
    PLUMB_CHECK(options.level > 0 && options.level < 1, "a level lies between 0 and 1");
    if (items < 2 || options.resamples <= 0) return std::nullopt;
    const auto resamples = static_cast<std::size_t>(options.resamples);
    Random random(options.seed);
    std::vector<std::size_t> drawn(items);
    std::vector<double> values;
    values.reserve(resamples);
    for (std::size_t i = 0; i < resamples; ++i) {
        if (options.stop.stop_requested()) return std::nullopt;
        for (std::size_t& item : drawn) item = static_cast<std::size_t>(random.below(items));
        if (const auto value = statistic(drawn)) values.push_back(*value);
        if (options.resampled) options.resampled();
    }
    if (resamples - values.size() > values.size()) return std::nullopt;
    std::ranges::sort(values);
    return Interval{quantile(values, (1 - options.level) / 2),
                    quantile(values, (1 + options.level) / 2)};
}

std::optional<Interval> wilson_interval(std::int64_t successes, std::int64_t count, double z) {
    check_counts(successes, count);
    if (count == 0) return std::nullopt;
    const auto n = static_cast<double>(count);
    const double p = static_cast<double>(successes) / n;
    const double centre = p + z * z / (2 * n);
    const double reach = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    const double scale = 1 + z * z / n;
    // At shares of 0 and 1 the difference or sum is exact on paper, not in floating point.
    return Interval{successes == 0 ? 0 : (centre - reach) / scale,
                    successes == count ? 1 : (centre + reach) / scale};
}

Estimate estimate_share(std::int64_t successes, std::int64_t count) {
    check_counts(successes, count);
    if (count == 0) return {};
    return {.value = static_cast<double>(successes) / static_cast<double>(count),
            .interval = wilson_interval(successes, count),
            .count = count};
}

std::optional<double> fair_coin_p_value(std::int64_t successes, std::int64_t count) {
    check_counts(successes, count);
    if (count == 0) return std::nullopt;
    const std::int64_t far = std::max(successes, count - successes);
    if (2 * far == count) return 1.0;
    // Upper half of the probabilities, as multiples of the one in the middle: nothing overflows.
    double term = 1, half = 0, tail = 0;
    for (std::int64_t k = (count + 1) / 2; k <= count; ++k) {
        half += 2 * k == count ? term / 2 : term;
        if (k >= far) tail += term;
        term *= static_cast<double>(count - k) / static_cast<double>(k + 1);
    }
    return tail / half;  // 2 tail over the sum of both halves
}

}  // namespace plumb
