// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "tasks/task.h"
#include "train/monitor.h"
#include "train/supervised_rows.h"

namespace plumb {

/// The rows of a supervised run in the order in which it takes them: the task's demonstrations, or
/// packed rows put together from them. What stands at a position depends on settings and position
/// alone, so that a resumed run goes on with the rows it would have had. One thread at a time.
class SftRows {
public:
    virtual ~SftRows() = default;

    /// Rows that an epoch has; 0: endless.
    virtual std::int64_t count() const = 0;
    /// Passes over the rows once `position` of them were taken; 0 where they are endless.
    double epoch(std::int64_t position) const;

    /// `wanted` rows from a position on, as batches that together are one micro-batch. Rows
    /// without a token to train on are left out, so there may be none.
    virtual std::vector<LabelledBatch> take(std::int64_t position, std::int64_t wanted) = 0;
};

/// As settings.packing says. Packing reads all demonstrations once to learn their lengths; an error
/// where none has a token to train on, or the task is endless. Task, policy and settings must
/// outlive the rows.
Result<std::unique_ptr<SftRows>> make_sft_rows(const Task& task, const Policy& policy,
                                               const Settings& settings);

/// Documents as batches of similar lengths, each of at most `most` tokens with its padding (or of a
/// single document): short documents beside a long one would be padding for the most part.
std::vector<LabelledBatch> batch_documents(std::vector<SupervisedRow> documents, std::int64_t most);

}  // namespace plumb
