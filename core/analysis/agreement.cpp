// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/agreement.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "base/check.h"
#include "base/statistics.h"

namespace plumb {
namespace {

using Indexes = std::span<const std::size_t>;

/// By item, then annotator.
std::vector<Rating> sorted(std::span<const Rating> ratings) {
    const auto place = [](const Rating& rating) {
        return std::tuple(rating.item, rating.annotator);
    };
    std::vector<Rating> result(ratings.begin(), ratings.end());
    std::ranges::sort(result, {}, place);
    const bool twice = std::ranges::adjacent_find(result, {}, place) != result.end();
    PLUMB_CHECK(!twice, "an annotator has one rating of an item");
    return result;
}

/// The ratings of each item that has at least two. They lie in what is given, sorted().
std::vector<std::span<const Rating>> comparable_items(std::span<const Rating> ratings) {
    std::vector<std::span<const Rating>> items;
    for (auto first = ratings.begin(); first != ratings.end();) {
        const auto next = std::find_if(
            first, ratings.end(), [&](const Rating& rating) { return rating.item != first->item; });
        if (next - first >= 2) items.emplace_back(first, next);
        first = next;
    }
    return items;
}

/// The categories that occur, numbered from 0 on in rising order.
class CategoryNumbers {
public:
    explicit CategoryNumbers(std::span<const std::span<const Rating>> items) {
        for (const auto item : items)
            for (const Rating& rating : item) all_.push_back(rating.category);
        std::ranges::sort(all_);
        const auto repeated = std::ranges::unique(all_);
        all_.erase(repeated.begin(), repeated.end());
    }

    std::size_t size() const { return all_.size(); }
    std::size_t of(int category) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(all_, category) - all_.begin());
    }

private:
    std::vector<int> all_;
};

Estimate estimate_over(std::size_t items, const ItemStatistic& statistic, std::int64_t count,
                       const BootstrapOptions& options) {
    std::vector<std::size_t> all(items);
    std::iota(all.begin(), all.end(), std::size_t{0});
    Estimate estimate{.value = statistic(all), .interval = {}, .count = count};
    if (estimate.value) estimate.interval = bootstrap_interval(items, statistic, options);
    return estimate;
}

struct PairCount {
    std::int64_t equal = 0, all = 0;
};

PairCount count_pairs(std::span<const Rating> item) {
    PairCount pairs;
    for (std::size_t i = 0; i < item.size(); ++i) {
        for (std::size_t j = i + 1; j < item.size(); ++j) {
            ++pairs.all;
            if (item[i].category == item[j].category) ++pairs.equal;
        }
    }
    return pairs;
}

PairCount sum(std::span<const PairCount> pairs, Indexes items) {
    PairCount total;
    for (const std::size_t item : items) {
        total.equal += pairs[item].equal;
        total.all += pairs[item].all;
    }
    return total;
}

/// The two annotators' category numbers for an item.
struct Judged {
    std::size_t first = 0, second = 0;
};

/// In whole numbers as long as possible, so that an expected agreement of 1 is noticed exactly.
std::optional<double> kappa(std::span<const Judged> judged, std::size_t categories, Indexes items) {
    std::vector<std::int64_t> by_first(categories), by_second(categories);
    std::int64_t agreed = 0;
    for (const std::size_t item : items) {
        const auto [first, second] = judged[item];
        ++by_first[first];
        ++by_second[second];
        if (first == second) ++agreed;
    }
    const auto n = static_cast<std::int64_t>(items.size());
    const std::int64_t by_chance =
        std::inner_product(by_first.begin(), by_first.end(), by_second.begin(), std::int64_t{0});
    if (by_chance == n * n) return std::nullopt;  // no item included
    return static_cast<double>(n * agreed - by_chance) / static_cast<double>(n * n - by_chance);
}

/// How many annotators gave each category to each item.
class CategoryCounts {
public:
    explicit CategoryCounts(std::span<const std::span<const Rating>> items) {
        const CategoryNumbers numbers(items);
        categories_ = numbers.size();
        counts_.resize(items.size() * categories_);
        for (std::size_t i = 0; i < items.size(); ++i) {
            for (const Rating& rating : items[i])
                ++counts_[i * categories_ + numbers.of(rating.category)];
            weights_.push_back(1 / static_cast<double>(items[i].size() - 1));
        }
    }

    std::size_t categories() const { return categories_; }
    /// [C], rising in category.
    std::span<const double> of(std::size_t item) const {
        return std::span(counts_).subspan(item * categories_, categories_);
    }
    /// 1 / (m_u - 1).
    double weight(std::size_t item) const { return weights_[item]; }

private:
    std::size_t categories_ = 0;
    std::vector<double> counts_;  // [items, C]
    std::vector<double> weights_;
};

/// The coincidence matrix without its diagonal, on which nothing is apart.
struct Coincidences {
    std::vector<double> pairs;   ///< [C, C] o_ck, filled where c < k
    std::vector<double> totals;  ///< [C] n_c
};

Coincidences count_coincidences(const CategoryCounts& counts, Indexes items) {
    const std::size_t categories = counts.categories();
    Coincidences result{std::vector<double>(categories * categories),
                        std::vector<double>(categories)};
    for (const std::size_t item : items) {
        const auto of = counts.of(item);
        for (std::size_t c = 0; c < categories; ++c) {
            result.totals[c] += of[c];
            const double weighted = of[c] * counts.weight(item);
            if (weighted == 0) continue;
            for (std::size_t k = c + 1; k < categories; ++k)
                result.pairs[c * categories + k] += weighted * of[k];
        }
    }
    return result;
}

std::optional<double> alpha(const Coincidences& coincidences, CategoryScale scale) {
    const std::vector<double>& n = coincidences.totals;
    double observed = 0, expected = 0;
    for (std::size_t c = 0; c < n.size(); ++c) {
        double between = 0;  // n_(c+1) + ... + n_(k-1)
        for (std::size_t k = c + 1; k < n.size(); ++k) {
            const double ranks = n[c] / 2 + between + n[k] / 2;
            const double distance = scale == CategoryScale::nominal ? 1 : ranks * ranks;
            observed += coincidences.pairs[c * n.size() + k] * distance;
            expected += n[c] * n[k] * distance;
            between += n[k];
        }
    }
    if (expected == 0) return std::nullopt;
    const double ratings = std::accumulate(n.begin(), n.end(), 0.0);
    return 1 - (ratings - 1) * observed / expected;
}

bool measured(double seconds) { return seconds > 0 && std::isfinite(seconds); }

}  // namespace

Estimate raw_agreement(std::span<const Rating> ratings, const BootstrapOptions& options) {
    const auto rows = sorted(ratings);
    std::vector<PairCount> pairs;
    std::int64_t count = 0;
    for (const auto item : comparable_items(rows)) {
        pairs.push_back(count_pairs(item));
        count += pairs.back().all;
    }
    const auto statistic = [&](Indexes items) -> std::optional<double> {
        const PairCount total = sum(pairs, items);
        if (total.all == 0) return std::nullopt;
        return static_cast<double>(total.equal) / static_cast<double>(total.all);
    };
    return estimate_over(pairs.size(), statistic, count, options);
}

Estimate cohen_kappa(std::span<const Rating> ratings, std::int64_t first, std::int64_t second,
                     const BootstrapOptions& options) {
    PLUMB_CHECK(first != second, "kappa compares two annotators");
    auto rows = sorted(ratings);
    std::erase_if(rows, [&](const Rating& rating) {
        return rating.annotator != first && rating.annotator != second;
    });
    const auto items = comparable_items(rows);
    const CategoryNumbers numbers(items);
    std::vector<Judged> judged;
    judged.reserve(items.size());
    for (const auto item : items)
        judged.push_back({numbers.of(item[0].category), numbers.of(item[1].category)});
    const auto statistic = [&](Indexes drawn) { return kappa(judged, numbers.size(), drawn); };
    return estimate_over(judged.size(), statistic, static_cast<std::int64_t>(judged.size()),
                         options);
}

Estimate krippendorff_alpha(std::span<const Rating> ratings, CategoryScale scale,
                            const BootstrapOptions& options) {
    const auto rows = sorted(ratings);
    const auto items = comparable_items(rows);
    const CategoryCounts counts(items);
    const auto statistic = [&](Indexes drawn) {
        return alpha(count_coincidences(counts, drawn), scale);
    };
    return estimate_over(items.size(), statistic, static_cast<std::int64_t>(items.size()), options);
}

Estimate self_agreement(std::span<const RepeatedRating> repeats) {
    const auto equal = std::ranges::count_if(
        repeats, [](const RepeatedRating& repeat) { return repeat.first == repeat.second; });
    return estimate_share(equal, static_cast<std::int64_t>(repeats.size()));
}

PositionBias position_bias(std::span<const ShownVerdict> verdicts) {
    std::int64_t left = 0, decisive = 0;
    for (const ShownVerdict& verdict : verdicts) {
        if (verdict.preferred == ShownVerdict::neither) continue;
        ++decisive;
        if ((verdict.preferred == ShownVerdict::a) == verdict.a_left) ++left;
    }
    return {.left = estimate_share(left, decisive), .p_value = fair_coin_p_value(left, decisive)};
}

std::vector<std::size_t> time_outliers(std::span<const double> seconds) {
    constexpr std::size_t fewest = 10;
    constexpr double normal_quartile = 0.6745, limit = 3.5;
    std::vector<double> logs, distances;
    for (const double value : seconds)
        if (measured(value)) logs.push_back(std::log(value));
    if (logs.size() < fewest) return {};
    const double centre = median(logs);
    for (const double value : logs) distances.push_back(std::abs(value - centre));
    const double spread = median(distances);
    if (spread == 0) return {};
    std::vector<std::size_t> outliers;
    for (std::size_t i = 0; i < seconds.size(); ++i) {
        if (!measured(seconds[i])) continue;
        const double distance = std::abs(std::log(seconds[i]) - centre);
        if (normal_quartile * distance / spread > limit) outliers.push_back(i);
    }
    return outliers;
}

}  // namespace plumb
