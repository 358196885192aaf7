// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "store/records.h"

namespace plumb {

/// A number that a completion has, by which completions are filtered and put in order.
enum class CompletionValue {
    step,
    reward,
    part,  ///< of one reward function, which is named beside it
    advantage,
    advantage_size,  ///< without its sign
    kl,
    kl_size,  ///< without its sign
    length,
};

struct CompletionNumber {
    CompletionValue value = CompletionValue::step;
    std::string part{};  ///< name of the reward function; of CompletionValue::part alone

    bool operator==(const CompletionNumber&) const = default;
};

enum class CompletionSource { all, training, held_out };

/// Which completions of a run. What is empty does not matter.
struct CompletionFilter {
    /// Part of the prompt or completion, letters A to Z in either case.
    std::string search{};
    std::optional<std::int64_t> first_step{}, last_step{};
    std::optional<std::int64_t> group{};  ///< of one step: what was sampled from one prompt
    std::optional<std::string> prompt{};  ///< exactly this one
    bool pinned = false;                  ///< asked about a pinned prompt
    /// The number is at least and at most this; a completion without it is left out.
    CompletionNumber number{CompletionValue::reward};
    std::optional<double> least{}, most{};
    std::optional<bool> ended{};
    CompletionSource source = CompletionSource::all;
    /// Rows stored after this one are left out (StoreReader::last_completion), so that pages stay
    /// as they are while a run goes on.
    std::int64_t last_id = std::numeric_limits<std::int64_t>::max();

    bool operator==(const CompletionFilter&) const = default;
};

/// By a number, then by step and row, all in one direction. A missing number is below all others,
/// NaN among the infinite ones above.
struct CompletionOrder {
    CompletionNumber number{};
    bool descending = false;

    bool operator==(const CompletionOrder&) const = default;
};

/// Where a completion stands in an order.
struct CompletionPlace {
    double number = 0;  ///< not read in the order of the steps
    std::int64_t step = 0;
    std::int64_t row = 0;
};

/// A stretch of the completions that pass a filter, in an order.
struct CompletionPage {
    /// It begins behind this place, or at the front; with backward it ends before it, or at the
    /// end.
    std::optional<CompletionPlace> from{};
    bool backward = false;
    std::int64_t skip = 0;  ///< leaves out so many next to the place
    std::int64_t limit = 100;
};

struct PlacedCompletion {
    CompletionPlace place;
    CompletionRecord record;
};

/// A prompt that is watched over a run.
struct PinnedPrompt {
    std::string prompt;
    std::int64_t answers = 0;  ///< completions of the run that were asked about
};

/// Completions of training, those of evaluations left out, in the order of step and row.
struct CompletionQuery {
    std::optional<std::int64_t> step{};
    /// Part of the prompt or completion, letters A to Z in either case; empty: any.
    std::string search{};
    std::int64_t limit = -1;  ///< negative: all
    std::int64_t offset = 0;
};

}  // namespace plumb
