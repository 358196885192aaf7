// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/packing.h"

#include <algorithm>
#include <deque>
#include <map>

#include "base/check.h"

namespace plumb {
namespace {

/// The documents that best fit places: whole rows, or their pieces where nothing may be lost.
std::vector<PackedPart> documents(std::span<const std::int64_t> lengths, std::int64_t seq_length,
                                  bool split) {
    std::vector<PackedPart> parts;
    for (std::int64_t row = 0; row < std::ssize(lengths); ++row) {
        const std::int64_t length = lengths[static_cast<std::size_t>(row)];
        const std::int64_t used = split ? length : std::min(length, seq_length);
        for (std::int64_t begin = 0; begin < used; begin += seq_length)
            parts.push_back({row, begin, std::min(seq_length, used - begin)});
    }
    return parts;
}

std::vector<PackedParts> best_fit(std::vector<PackedPart> parts, std::int64_t seq_length) {
    std::stable_sort(parts.begin(), parts.end(),
                     [](const PackedPart& a, const PackedPart& b) { return a.length > b.length; });
    std::vector<PackedParts> packed;
    // Packed rows that have room, by how much; those with the same room in the order they came to
    // it. There are at most seq_length kinds of room.
    std::map<std::int64_t, std::deque<std::size_t>> by_room;
    for (const PackedPart& part : parts) {
        std::size_t number = packed.size();
        std::int64_t room = seq_length;
        if (const auto found = by_room.lower_bound(part.length); found != by_room.end()) {
            room = found->first;
            number = found->second.front();
            found->second.pop_front();
            if (found->second.empty()) by_room.erase(found);
        } else {
            packed.emplace_back();
        }
        packed[number].push_back(part);
        if (room > part.length) by_room[room - part.length].push_back(number);
    }
    return packed;
}

std::vector<PackedParts> wrap(std::span<const std::int64_t> lengths, std::int64_t seq_length) {
    std::vector<PackedParts> packed;
    std::int64_t room = 0;
    for (std::int64_t row = 0; row < std::ssize(lengths); ++row) {
        const std::int64_t length = lengths[static_cast<std::size_t>(row)];
        for (std::int64_t begin = 0; begin < length;) {
            if (room == 0) {
                packed.emplace_back();
                room = seq_length;
            }
            const std::int64_t taken = std::min(room, length - begin);
            packed.back().push_back({row, begin, taken});
            begin += taken;
            room -= taken;
        }
    }
    return packed;
}

}  // namespace

std::optional<PackingStrategy> packing_strategy(std::string_view name) {
    if (name == "bfd") return PackingStrategy::bfd;
    if (name == "bfd_split") return PackingStrategy::bfd_split;
    if (name == "wrapped") return PackingStrategy::wrapped;
    return std::nullopt;
}

std::vector<PackedParts> plan_packing(std::span<const std::int64_t> lengths,
                                      std::int64_t seq_length, PackingStrategy strategy) {
    PLUMB_CHECK(seq_length >= 1, "packed rows need room for a token");
    if (strategy == PackingStrategy::wrapped) return wrap(lengths, seq_length);
    const bool split = strategy == PackingStrategy::bfd_split;
    return best_fit(documents(lengths, seq_length, split), seq_length);
}

void append_part(const SupervisedRow& row, const PackedPart& part, SupervisedRow& to) {
    const auto begin = static_cast<std::ptrdiff_t>(part.begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(part.length);
    to.ids.insert(to.ids.end(), row.ids.begin() + begin, row.ids.begin() + end);
    to.labels.insert(to.labels.end(), row.labels.begin() + begin, row.labels.begin() + end);
}

std::vector<PackedRow> pack_rows(std::span<const SupervisedRow> rows, std::int64_t seq_length,
                                 PackingStrategy strategy) {
    std::vector<std::int64_t> lengths;
    lengths.reserve(rows.size());
    for (const SupervisedRow& row : rows) lengths.push_back(std::ssize(row.ids));
    std::vector<PackedRow> packed;
    for (const PackedParts& parts : plan_packing(lengths, seq_length, strategy)) {
        PackedRow& row = packed.emplace_back();
        for (const PackedPart& part : parts) {
            append_part(rows[static_cast<std::size_t>(part.row)], part, row.tokens);
            if (strategy != PackingStrategy::wrapped) row.seq_lengths.push_back(part.length);
        }
    }
    return packed;
}

}  // namespace plumb
