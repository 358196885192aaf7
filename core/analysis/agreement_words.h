// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "analysis/label_report.h"

namespace plumb {

// What measures of agreement mean, each in a sentence with its number and interval of 95 %. Where
// the measure is not defined, the sentence says what is missing.

/// "0.71 (0.65 to 0.77)"; "not defined".
std::string coefficient_text(const Estimate& estimate);
/// "47 % (38 to 56 %)"; "not defined".
std::string share_text(const Estimate& estimate);

std::string raw_agreement_sentence(const Estimate& raw);
/// Against the bounds that Krippendorff gives (Content Analysis, 2004, chapter 11): conclusions
/// from 0.8 on, tentative ones from 0.667 on. ordered: a, tie and b in their order.
std::string alpha_sentence(const Estimate& alpha, bool ordered);
/// In the words of Landis and Koch (The Measurement of Observer Agreement for Categorical Data,
/// 1977).
std::string kappa_sentence(const PairReport& pair);
std::string self_agreement_sentence(const AnnotatorReport& annotator);
/// The place matters where the exact test against one half has p below 0.05.
std::string position_sentence(const AnnotatorReport& annotator);
std::string reward_sentence(const RewardAgreement& agreement);

}  // namespace plumb
