// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/label_majority.h"

#include <algorithm>
#include <map>

namespace plumb {

Majority majority_of(std::span<const Choice> choices) {
    std::map<Choice, int> votes;
    for (const Choice choice : choices)
        if (choice != Choice::skip) ++votes[choice];
    if (votes.empty()) return {};
    const auto count = [](const auto& vote) { return vote.second; };
    const auto most = std::ranges::max_element(votes, {}, count);
    if (std::ranges::count(votes, most->second, count) > 1) return {{}, true};
    return {most->first, false};
}

}  // namespace plumb
