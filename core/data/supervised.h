// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "data/rows.h"
#include "text/tokenizer.h"

namespace plumb {

/// What a label is where nothing is trained on.
inline constexpr std::int64_t ignored_label = -100;

/// A supervised row as token ids.
struct SupervisedRow {
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> labels;  ///< as long as ids: the id, or ignored_label

    /// Tokens that are trained on: the first of a row is never predicted.
    std::int64_t trained() const;
};

struct SupervisedOptions {
    std::int64_t max_length = 1024;            ///< tokens; what goes beyond is cut off
    std::optional<bool> completion_only_loss;  ///< empty: where the row has a prompt
};

/// Prompt and completion as one row, with the end token behind it unless it is there already or a
/// chat template wrote the text. The prompt's tokens are the longest common prefix of tokenising it
/// alone and with its completion, as in TRL: a token may reach over the border, and is then trained
/// on.
SupervisedRow tokenize_demonstration(const Demonstration& demonstration, const Tokenizer& tokenizer,
                                     const SupervisedOptions& options);

struct SupervisedRows {
    std::vector<SupervisedRow> rows;
    std::vector<std::int64_t> sources;  ///< of each row, its number in the input
    std::int64_t shortened = 0;         ///< rows that lost their end to max_length
    std::int64_t dropped = 0;           ///< rows left without a token to train on
};

/// All rows that have something to train on; an error where none has.
Result<SupervisedRows> tokenize_demonstrations(std::span<const Demonstration> demonstrations,
                                               const Tokenizer& tokenizer,
                                               const SupervisedOptions& options);

}  // namespace plumb
