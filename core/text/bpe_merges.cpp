// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/bpe_merges.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace plumb {
namespace {

/// Up to here looking through all pairs for the best one is faster than a heap of them.
constexpr std::size_t short_word = 48;

}  // namespace

MergeTable::MergeTable(std::vector<Merge> merges)
    : merges_(std::move(merges)), ranks_(merges_.size()) {
    for (std::size_t i = 0; i < merges_.size(); ++i)
        ranks_.at(merges_[i].left, merges_[i].right) = static_cast<std::uint32_t>(i);
}

void MergeTable::apply(std::vector<std::int32_t>& symbols, Scratch& scratch) const {
    if (symbols.size() < 2) return;
    symbols.size() <= short_word ? apply_to_short(symbols, scratch)
                                 : apply_to_long(symbols, scratch);
}

void MergeTable::apply_to_short(std::vector<std::int32_t>& symbols, Scratch& scratch) const {
    auto& ranks = scratch.ranks;  // of the pair that begins at a symbol
    ranks.resize(symbols.size() - 1);
    for (std::size_t i = 0; i < ranks.size(); ++i) ranks[i] = rank(symbols[i], symbols[i + 1]);
    while (!ranks.empty()) {
        const auto best = std::min_element(ranks.begin(), ranks.end());
        if (*best == no_rank) return;
        const auto i = best - ranks.begin();
        const auto at = static_cast<std::size_t>(i);
        symbols[at] = merges_[*best].merged;
        symbols.erase(symbols.begin() + i + 1);
        ranks.erase(best);
        if (at > 0) ranks[at - 1] = rank(symbols[at - 1], symbols[at]);
        if (at < ranks.size()) ranks[at] = rank(symbols[at], symbols[at + 1]);
    }
}

// A list of symbols linked by their places, and a heap of (rank, place). An entry whose rank is no
// longer that of its place is out of date.
void MergeTable::apply_to_long(std::vector<std::int32_t>& symbols, Scratch& scratch) const {
    auto &ranks = scratch.ranks, &next = scratch.next, &previous = scratch.previous;
    auto& heap = scratch.heap;
    const auto size = static_cast<std::uint32_t>(symbols.size());
    ranks.assign(size, no_rank);
    next.resize(size);
    previous.resize(size);
    heap.clear();
    const auto entry = [&](std::uint32_t place) {
        return static_cast<std::uint64_t>(ranks[place]) << 32 | place;
    };
    for (std::uint32_t i = 0; i < size; ++i) {
        next[i] = i + 1;
        previous[i] = i - 1;  // unused at 0
        if (i + 1 < size) ranks[i] = rank(symbols[i], symbols[i + 1]);
        if (ranks[i] != no_rank) heap.push_back(entry(i));
    }
    std::make_heap(heap.begin(), heap.end(), std::greater<>());
    const auto look_at_pair = [&](std::uint32_t place) {
        ranks[place] = rank(symbols[place], symbols[next[place]]);
        if (ranks[place] == no_rank) return;
        heap.push_back(entry(place));
        std::push_heap(heap.begin(), heap.end(), std::greater<>());
    };
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), std::greater<>());
        const auto place = static_cast<std::uint32_t>(heap.back());
        const bool current = heap.back() == entry(place);
        heap.pop_back();
        if (!current) continue;
        const std::uint32_t gone = next[place];
        symbols[place] = merges_[ranks[place]].merged;
        ranks[place] = ranks[gone] = no_rank;
        next[place] = next[gone];
        if (next[gone] < size) {
            previous[next[gone]] = place;
            look_at_pair(place);
        }
        if (place > 0) look_at_pair(previous[place]);
    }
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < size; i = next[i]) symbols[kept++] = symbols[i];
    symbols.resize(kept);
}

}  // namespace plumb
