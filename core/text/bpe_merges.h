// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "text/pair_map.h"

namespace plumb {

/// Two tokens that become one.
struct Merge {
    std::int32_t left = 0;
    std::int32_t right = 0;
    std::int32_t merged = 0;
};

/// The merges of a byte-pair encoding. A merge that comes earlier in the list goes first; of one
/// pair listed twice the later place counts, as in the `tokenizers` library.
class MergeTable {
public:
    /// Memory for apply(), to be used again; one thread at a time.
    struct Scratch {
        std::vector<std::uint32_t> ranks, next, previous;
        std::vector<std::uint64_t> heap;
    };

    explicit MergeTable(std::vector<Merge> merges = {});

    /// Merges the first pair in the order of merges, the leftmost where it occurs more than once,
    /// until none is left (Sennrich et al. 2016). Long words take n log n steps.
    void apply(std::vector<std::int32_t>& symbols, Scratch& scratch) const;

    const std::vector<Merge>& merges() const { return merges_; }

private:
    static constexpr std::uint32_t no_rank = ~std::uint32_t{0};

    std::uint32_t rank(std::int32_t left, std::int32_t right) const {
        const std::uint32_t* found = ranks_.find(left, right);
        return found ? *found : no_rank;
    }
    void apply_to_short(std::vector<std::int32_t>& symbols, Scratch& scratch) const;
    void apply_to_long(std::vector<std::int32_t>& symbols, Scratch& scratch) const;

    std::vector<Merge> merges_;
    PairMap<std::uint32_t> ranks_;
};

}  // namespace plumb
