// SPDX-License-Identifier: GPL-3.0-or-later
// Suggestions that hold what they promise.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/diagnosis.h"

namespace plumb {

/// Keys and new values, as set_field() takes them.
using Changes = std::vector<std::pair<std::string_view, std::string>>;

/// Adds the suggestion where each setting has an effect on the run, differs from what it is now,
/// and the settings with all of them have no problem that they do not have already. Returns whether
/// it was added.
bool offer(const DiagnosisInput& input, Diagnosis& diagnosis, std::string_view label,
           const Changes& changes);
/// The same for a change that comes too late for the run as it goes.
bool offer_new_run(const DiagnosisInput& input, Diagnosis& diagnosis, std::string_view label,
                   const Changes& changes);

/// A third of the learning rate, the remedy of most that goes too fast.
void offer_lower_learning_rate(const DiagnosisInput& input, Diagnosis& diagnosis);
/// Three times the price of moving away from the reference: kl_coef, beta or dpo_beta; `first`
/// where it is 0.
void offer_higher_kl_price(const DiagnosisInput& input, Diagnosis& diagnosis, double first);

}  // namespace plumb
