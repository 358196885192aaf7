// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/estimate.h"

namespace plumb {

/// One annotator's category for one item, the rating that counts where there were several.
struct Rating {
    std::int64_t item = 0;
    std::int64_t annotator = 0;
    int category = 0;
};

// The three measures below take ratings in any order and have their intervals from resampling the
// items that they rest on; items with a single rating tell nothing about agreement and are left
// out. Precondition of each: no annotator rates an item twice (InvariantError).

/// Share of equal ones among all pairs of ratings of the same item by different annotators; each
/// pair counts once, so that an item with m ratings weighs m (m - 1) / 2. Undefined where there is
/// no pair. count: pairs.
Estimate raw_agreement(std::span<const Rating> ratings, const BootstrapOptions& options = {});

/// Cohen's kappa (A coefficient of agreement for nominal scales, 1960, equation 1), unweighted, on
/// the items that both annotators rated: (p_o - p_e) / (1 - p_e), where p_o is the share of items
/// on which they agree and p_e = sum_c p_c q_c the share that chance leads to, with p and q how
/// often each of them used a category. Undefined where there is no common item, or where p_e is 1:
/// both used one and the same category alone. 0 where only one of them never varied.
/// count: common items. Precondition: first and second differ (InvariantError).
Estimate cohen_kappa(std::span<const Rating> ratings, std::int64_t first, std::int64_t second,
                     const BootstrapOptions& options = {});

/// How far apart two categories are.
enum class CategoryScale {
    nominal,  ///< equal or not
    ordinal,  ///< ordered by their numbers, as A, tie, B; ratings between two set them apart
};

/// Krippendorff's alpha (Computing Krippendorff's Alpha-Reliability, 2011) of any number of
/// annotators, who need not have rated every item. With the coincidences o_ck and the distances
/// d_ck of two categories c and k it is
///
///     1 - (n - 1) sum_ck o_ck d_ck / sum_ck n_c n_k d_ck.
///
/// An item with m >= 2 ratings adds 1 / (m - 1) to o_ck for each ordered pair of its ratings with
/// the categories c and k; n_c is the sum of o_ck over k, n that of n_c. d_ck is 0 where c = k.
/// Else it is 1 on the nominal scale, and (n_c / 2 + n_k / 2 + the n between them)^2 on the ordinal
/// one. 1: agreement everywhere; 0: as by chance; below 0: less than by chance. Undefined where the
/// lower sum is 0: no item with two ratings, or a single category throughout.
/// count: items with at least two ratings.
Estimate krippendorff_alpha(std::span<const Rating> ratings, CategoryScale scale,
                            const BootstrapOptions& options = {});

/// One annotator's categories for an item shown twice.
struct RepeatedRating {
    int first = 0, second = 0;
};

/// Share of repeated items that got the same category again, with its Wilson interval. Undefined
/// without repeats. count: repeats.
Estimate self_agreement(std::span<const RepeatedRating> repeats);

/// A comparison of the answers A and B and how they stood on the screen.
struct ShownVerdict {
    enum Preferred : std::uint8_t { a, b, neither };
    Preferred preferred = neither;
    bool a_left = true;  ///< else B stood on the left
};

/// Whether the answer on the left wins more often than the one on the right. Where the places were
/// drawn at random, only the place can be the reason.
struct PositionBias {
    Estimate left;                  ///< share of the decisive verdicts; count: decisive verdicts
    std::optional<double> p_value;  ///< two-sided and exact, against 1/2; empty without verdicts
};

/// The share with its Wilson interval; verdicts for neither are left out.
PositionBias position_bias(std::span<const ShownVerdict> verdicts);

/// The indexes, rising, of verdicts that took far less or far more time than the others: those
/// whose modified z-score 0.6745 |x - median| / MAD is above 3.5, where x is the logarithm of the
/// seconds and MAD the median of |x - median| (Iglewicz and Hoaglin, How to Detect and Handle
/// Outliers, 1993). Times that are not positive and finite are passed over. None where fewer than
/// 10 times are left or their MAD is 0.
std::vector<std::size_t> time_outliers(std::span<const double> seconds);

}  // namespace plumb
