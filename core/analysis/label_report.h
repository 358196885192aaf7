// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/agreement.h"
#include "analysis/reward_agreement.h"
#include "store/label_records.h"

namespace plumb {

/// One annotator's verdicts.
struct AnnotatorReport {
    std::string name;
    std::map<Choice, std::int64_t> choices;  ///< how often each was made; first rounds alone
    std::optional<double> median_seconds;    ///< of a verdict, where the time was measured
    /// At the speed of the median verdict; nothing where no time was measured.
    std::optional<double> verdicts_per_hour;
    Estimate self_agreement;               ///< on items that were shown again
    PositionBias position;                 ///< of verdicts that know how the answers stood
    std::vector<VerdictId> time_outliers;  ///< far faster or slower than the annotator's others
};

/// Of two annotators.
struct PairReport {
    std::string first, second;
    Estimate kappa;  ///< Cohen's
};

/// How far verdicts can be relied upon.
struct LabelReport {
    std::vector<AnnotatorReport> annotators;  ///< by name
    std::vector<PairReport> pairs;            ///< of annotators with items in common
    Estimate raw;                             ///< agreement
    Estimate alpha;  ///< Krippendorff's, nominal: a, b, tie, both bad (good, bad)
    /// The same with a, tie, b in this order; pairs of which both are bad count as ties.
    Estimate ordered_alpha;
    std::vector<LabelItemId> disagreements;  ///< items on which annotators differ, by place
    std::vector<RewardAgreement> rewards;    ///< of annotators with the rewards that are known
};

/// verdicts: those that stand (StoreReader::standing_verdicts); skips count nowhere but among the
/// choices. rewards: what is known of the items (StoreReader::label_rewards). Blocking: the
/// bootstrap takes about a second for 10,000 items.
LabelReport report_on(std::span<const Verdict> verdicts, const BootstrapOptions& options = {},
                      std::span<const ItemReward> rewards = {});

/// Items on which annotators differ, in the order of the verdicts; skips and later rounds are left
/// out.
std::vector<LabelItemId> disagreements_of(std::span<const Verdict> verdicts);

}  // namespace plumb
