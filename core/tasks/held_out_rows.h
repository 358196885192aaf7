// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace plumb {

// How rows of files are chosen for evaluation, whatever they hold.

/// One seed for all runs: a run that goes on from another's model is not evaluated on rows that
/// the other was trained on, whatever their seeds.
inline constexpr std::uint64_t hold_out_seed = 0;

template <class T>
std::vector<T> pick_rows(const std::vector<T>& rows, const std::vector<std::int64_t>& numbers) {
    std::vector<T> picked;
    if (rows.empty()) return picked;
    picked.reserve(numbers.size());
    for (const std::int64_t number : numbers)
        picked.push_back(rows[static_cast<std::size_t>(number)]);
    return picked;
}

/// At most `wanted` row numbers, spread over all of them: files are often sorted by kind.
inline std::vector<std::int64_t> spread_rows(std::int64_t count, std::int64_t wanted) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(std::min(count, wanted)));
    const std::int64_t n = std::ssize(numbers);
    for (std::int64_t i = 0; i < n; ++i) numbers[static_cast<std::size_t>(i)] = i * count / n;
    return numbers;
}

}  // namespace plumb
