// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/preferences.h"
#include "data/rows.h"

namespace plumb {

/// Pairs of the user's files.
struct DataPairs {
    std::vector<Preference> training, held_out;
};

/// Reads and checks pairs (see to_preferences). eval_files, where there are any, give the held-out
/// ones: settings.eval_prompts of them, spread over all. Else the pairs of that many prompts are
/// held out from files, at most a fifth of the prompts: pairs of one prompt stay together, so that
/// no prompt is both trained and evaluated on. The same prompts for every settings.seed.
/// may_hold_out_none: pairs of a single prompt are all trained on; else they are an error.
Result<DataPairs> read_pairs(const std::vector<std::string>& files,
                             const std::vector<std::string>& eval_files, const Settings& settings,
                             bool may_hold_out_none);

/// The different prompts of the pairs in their order. Empty ones, which leave nothing to continue,
/// are left out.
std::vector<Prompt> distinct_prompts(const std::vector<Preference>& pairs);

}  // namespace plumb
