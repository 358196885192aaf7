// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// Pairs of answers of a set that people are to judge, blind.
struct QueueAnswersRequest {
    AnswerSetId set = 0;
    std::string name{};        ///< of the queue; empty: the set's
    std::int64_t items = 100;  ///< at most, spread evenly over pairs of models and over prompts
    std::uint64_t seed = 0;    ///< of the order, and of which answer is A
};

struct QueueAnswersReply {
    LabelImport done{};
    std::string name{};
    std::int64_t equal = 0;  ///< comparisons of equal answers, which count as ties unseen
};

/// Makes a label queue whose verdicts are those of judge "people" of the set
/// (analysis/compare/judged_answers.h). Comparisons with the same two texts are one item. Two sides
/// of an item are drawn; annotators see neither model nor set. Errors: a queue of that name, fewer
/// than two models, equal answers everywhere. Reads and writes the workspace: not for threads that
/// must not wait.
Result<QueueAnswersReply> queue_answers(Store& store, StoreReader& reader,
                                        const QueueAnswersRequest& request);

}  // namespace plumb
