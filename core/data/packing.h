// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/supervised.h"

namespace plumb {

/// How rows are put together to packed rows of at most a given length, as in TRL 1.16.
enum class PackingStrategy {
    bfd,        ///< best fit, longest first; a row loses what goes beyond the length
    bfd_split,  ///< the same, but what goes beyond becomes rows of its own
    wrapped,    ///< all rows strung together and cut where the length is full
};

/// By the name in settings.packing_strategy.
std::optional<PackingStrategy> packing_strategy(std::string_view name);

/// A part of a row: the tokens [begin, begin + length) of row `row`.
struct PackedPart {
    std::int64_t row = 0, begin = 0, length = 0;
};
/// What a packed row is put together from, in this order.
using PackedParts = std::vector<PackedPart>;

/// Packs rows of these lengths. Rows without tokens are left out. Best fit, longest first: rows are
/// taken by length, longest first and equal ones in their order; each goes into the packed row with
/// the least room that is enough, the one that came to that room first among equals, or else
/// begins a new one. Packed rows stand in the order in which they were begun. Their number and
/// lengths depend on the lengths alone, not on the order of the rows.
/// Time N log(seq_length). Precondition: seq_length >= 1.
std::vector<PackedParts> plan_packing(std::span<const std::int64_t> lengths,
                                      std::int64_t seq_length, PackingStrategy strategy);

/// Puts that part of a row behind the tokens of another.
void append_part(const SupervisedRow& row, const PackedPart& part, SupervisedRow& to);

/// A packed row: the ids and labels of its parts one after the other.
struct PackedRow {
    SupervisedRow tokens;
    /// Of its documents, which do not see each other: the first token of each is never predicted.
    /// Empty for wrapped rows, which are plain long rows.
    std::vector<std::int64_t> seq_lengths;
};

std::vector<PackedRow> pack_rows(std::span<const SupervisedRow> rows, std::int64_t seq_length,
                                 PackingStrategy strategy);

}  // namespace plumb
