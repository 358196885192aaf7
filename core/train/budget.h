// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "config/settings.h"
#include "train/checkpoint.h"

namespace plumb {

/// The share of the run's budget (settings.budget_tokens, budget_seconds, budget_flops) that its
/// updates have used up, of several budgets the largest; 1 and more: the run is to end. 0 without a
/// budget, and of a budget of tokens where training samples nothing.
double budget_used(const Settings& settings, const TrainerState& state);

/// The updates of the whole run as they look now: `most` of them, or fewer where the budget, used
/// up at the pace so far, ends it before. Where nothing is used yet there is no pace: `most`.
std::int64_t expected_updates(std::int64_t step, std::int64_t most, double used);

}  // namespace plumb
