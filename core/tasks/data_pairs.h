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
    /// The sides do not belong together: any good text may meet any bad one.
    bool sides_are_free = false;
};

/// Reads and checks pairs (see to_preferences). eval_files, where there are any, give the held-out
/// ones: settings.eval_prompts of them, spread over all. Else the pairs of that many prompts are
/// held out from files, at most a fifth of the prompts: pairs of one prompt stay together, so that
/// no prompt is both trained and evaluated on. The same prompts for every settings.seed.
/// may_hold_out_none: pairs of a single prompt are all trained on; else they are an error.
Result<DataPairs> read_pairs(const std::vector<std::string>& files,
                             const std::vector<std::string>& eval_files, const Settings& settings,
                             const ChatFormat& chat, bool may_hold_out_none);

/// The texts of settings.good_files against those of bad_files (see to_good_and_bad). Of each kind
/// settings.eval_prompts texts are held out, at most a fifth, and paired among themselves: the same
/// for every settings.seed. Errors: a kind that has no text left to train on.
Result<DataPairs> read_good_and_bad(const Settings& settings);

/// Behind a file's name: its rows are pairs, but samples_pairs(settings).
inline constexpr const char* pairs_not_read =
    " holds pairs, of which the prompts alone are read, since reward_funcs labels pairs that the "
    "run "
    "samples itself. Empty reward_funcs to learn from the pairs of the file.";

/// The different prompts of the pairs in their order. Empty ones, which leave nothing to continue,
/// are left out.
std::vector<Prompt> distinct_prompts(const std::vector<Preference>& pairs);

}  // namespace plumb
