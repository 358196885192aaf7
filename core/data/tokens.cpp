// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/tokens.h"

#include <algorithm>

namespace plumb {

std::vector<std::int64_t> with_end(std::vector<std::int64_t> ids, const Tokenizer& tokenizer) {
    const auto eos = tokenizer.special().eos;
    if (eos && (ids.empty() || ids.back() != *eos)) ids.push_back(*eos);
    return ids;
}

std::size_t common_prefix(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
    const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(ends.first - a.begin());
}

}  // namespace plumb
