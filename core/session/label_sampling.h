// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// What of a run's samples is to be judged.
struct SamplesToJudge {
    RunId run = 0;
    std::int64_t first_step = 1;
    std::int64_t last_step = std::numeric_limits<std::int64_t>::max();
    std::optional<bool> ended{};  ///< only answers that came to an end, or only those that were cut
    std::string prompt{};         ///< part of the prompt, letters A to Z in either case; empty: any
    double least_difference = 0;  ///< of the two rewards
    std::int64_t most = 0;        ///< pairs, spread evenly over those that there are; 0: all
    std::uint64_t seed = 0;       ///< which of the two is answer A
};

/// A queue of pairs of a run's completions: of the answers to a prompt within a step the one with
/// the most reward and the one with the least, of those that pass the filters. Pairs with equal
/// texts, or without rewards, are left out, and so are those whose texts came in an earlier step.
/// Items know their run, step, rows, rewards, gold rewards and how they were sampled
/// (docs/labels.md).
Result<LabelImport> queue_samples(Store& store, StoreReader& reader, const std::string& name,
                                  const SamplesToJudge& samples);

/// The verdict of the gold reward of a built-in task on each item that knows it and that the
/// annotator is to judge, in the queue's order: the answer with more of it is better, equal ones
/// are a tie. One after another through Store::add_verdict, as a person's. Returns how many; it is
/// an error where items are left and none of them knows its gold reward.
Result<std::int64_t> judge_by_gold(Store& store, StoreReader& reader, LabelQueueId queue,
                                   const std::string& annotator, std::int64_t most);

}  // namespace plumb
