// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "data/rows.h"
#include "text/tokenizer.h"

namespace plumb {

struct TokenizedPrompts {
    std::vector<std::vector<std::int64_t>> ids;
    std::int64_t shortened = 0;  ///< prompts that were longer than max_length
};

/// Prompts as token ids. One with more than max_length tokens keeps its end, which stands right
/// before the completion. A prompt without tokens is an error that names its row.
Result<TokenizedPrompts> tokenize_prompts(std::span<const Prompt> prompts,
                                          const Tokenizer& tokenizer, std::int64_t max_length);

}  // namespace plumb
