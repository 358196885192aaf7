// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/preferences.h"
#include "tasks/task.h"
#include "train/evaluation.h"
#include "train/monitor.h"

namespace plumb {

/// The preference pairs of a run.
struct PreferenceSets {
    std::vector<Preference> training;
    std::vector<Preference> held_out;
    bool sides_are_free = false;  ///< of the training pairs: see Task::sides_are_free
};

/// What labels sampled completions: the weighted sum of rewards.
struct PairJudge {
    const Rewards& rewards;
    std::vector<double> weights = {};  ///< empty: 1 each
    bool is_gold = false;  ///< it is what the task really wants, so that pairs get a gold_margin
};

/// Pairs of completions that the policy samples at temperature 1, pairs_per_prompt for each of
/// pairs_prompts training prompts and of the held-out ones, labelled by the judge. A completion on
/// which it has no opinion is in no pair.
/// With pairs_label_temperature T > 0 neighbours are paired, and a is preferred to b with
/// probability sigmoid((reward(a) - reward(b)) / T), as Bradley and Terry have it; with T = 0 the
/// best of a prompt is paired with its worst, the next with the next, while they differ.
/// Everything depends on the settings' seed, the policy and the judge alone. Phase "preference
/// pairs".
Result<PreferenceSets> sample_pairs(const Policy& policy, const Task& task, const PairJudge& judge,
                                    const Settings& settings, RunMonitor& monitor);

/// The pairs of completions with these rewards, as indices (chosen, rejected) into them. Draws are
/// named by seed and prompt number.
std::vector<std::pair<std::size_t, std::size_t>> pair_up(const std::vector<double>& rewards,
                                                         double label_temperature,
                                                         std::uint64_t seed,
                                                         std::uint64_t prompt_number);

/// pairs.jsonl and held-out-pairs.jsonl in the folder, which must exist; flushed.
Status save_pairs(const PreferenceSets& pairs, const std::filesystem::path& folder);
/// Whether both are there.
bool has_pairs(const std::filesystem::path& folder);
Result<PreferenceSets> load_pairs(const std::filesystem::path& folder);

}  // namespace plumb
