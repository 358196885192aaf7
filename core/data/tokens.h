// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "text/tokenizer.h"

namespace plumb {

// What rows of every kind have in common once they are token ids.

/// The ids with the end token behind them, unless it is there already or the vocabulary has none.
std::vector<std::int64_t> with_end(std::vector<std::int64_t> ids, const Tokenizer& tokenizer);

/// How many ids both lists begin with.
std::size_t common_prefix(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b);

}  // namespace plumb
