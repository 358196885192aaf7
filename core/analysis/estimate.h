// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>

namespace plumb {

struct Interval {
    double low = 0, high = 0;
};

/// A statistic with how sure it is.
struct Estimate {
    std::optional<double> value;       ///< empty: not defined on this data
    std::optional<Interval> interval;  ///< empty: no value, or too little data for one
    std::int64_t count = 0;  ///< what it rests on; the function that estimates says of what
};

struct BootstrapOptions {
    std::uint64_t seed = 0;  ///< equal seeds draw equal resamples on every platform
    int resamples = 1000;    ///< 0: no interval; more than 1000 steadies its second digit
    double level = 0.95;     ///< share of the resamples inside the interval; above 0, below 1
    std::stop_token stop{};  ///< once stopped there is no interval
    /// Called after each resample.
    std::function<void()> resampled{};
};

/// A statistic of a sample of items, given by their indexes, one of which may occur several times.
using ItemStatistic = std::function<std::optional<double>(std::span<const std::size_t> items)>;

/// Percentile interval of the bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap,
/// 1993, section 13.3): the statistic of as many items drawn with replacement, many times; the
/// interval ends at the quantiles (1 - level) / 2 and (1 + level) / 2 of these values, interpolated
/// linearly (definition 7 of Hyndman and Fan, 1996). Resamples on which the statistic is not
/// defined are left out. Nothing where there are more of those than others, or fewer than two
/// items. The interval has no width where the statistic is the same on every sample, as after
/// agreement everywhere: then it tells nothing about items not seen. Blocking: it evaluates the
/// statistic options.resamples times.
std::optional<Interval> bootstrap_interval(std::size_t items, const ItemStatistic& statistic,
                                           const BootstrapOptions& options = {});

/// The quantile 0.975 of the normal distribution, for intervals of 95 %.
inline constexpr double normal_quantile_95 = 1.959963984540054;

/// Score interval of a share (Wilson, 1927): the shares p with |successes / count - p| at most
/// z sqrt(p (1 - p) / count). It lies within [0, 1], and has a width at shares of 0 and 1 too.
/// Nothing where count is 0. Precondition: 0 <= successes <= count.
std::optional<Interval> wilson_interval(std::int64_t successes, std::int64_t count,
                                        double z = normal_quantile_95);

/// The share successes / count with its Wilson interval; undefined where count is 0.
Estimate estimate_share(std::int64_t successes, std::int64_t count);

/// Exact two-sided p-value of so many successes under a binomial distribution with p = 1/2: the
/// probability of a number at least as far from count / 2. Nothing where count is 0.
/// Precondition: 0 <= successes <= count. Takes time in proportion to count.
std::optional<double> fair_coin_p_value(std::int64_t successes, std::int64_t count);

}  // namespace plumb
