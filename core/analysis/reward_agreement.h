// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.h"
#include "store/label_records.h"

namespace plumb {

/// How often verdicts are for the answer that a reward likes more.
struct RewardAgreement {
    std::string source;     ///< as ItemReward::source
    std::string annotator;  ///< empty: what most of several annotators say
    Estimate share;         ///< with its Wilson interval; count: verdicts
};

/// Of each source and annotator, by their names, the majority of two or more annotators behind
/// them. Decisive verdicts (a, b) of the first round alone; items on which rewards are equal, or
/// annotators split, are left out. Entries that rest on no verdict are left out too.
std::vector<RewardAgreement> reward_agreement(std::span<const Verdict> verdicts,
                                              std::span<const ItemReward> rewards);

}  // namespace plumb
