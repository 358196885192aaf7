// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "reward/reward.h"

namespace plumb {

// The lines between Plumbline and reward functions that run in a process of their own; JSON, one
// object a line. docs/reward-programs.md describes them for users.

inline constexpr int reward_protocol = 1;

/// {"id": .., "rows": [..]} and a line end. Bytes that are no UTF-8 become U+FFFD.
std::string batch_line(std::int64_t id, std::span<const RewardInput> rows);

/// Checks the first line of a program. Errors continue "The reward program X ...".
Status read_hello(std::string_view line);

/// The scores in the answer to batch_line(id, rows). Errors continue "The reward program X ..." and
/// name the row and the beginning of its completion where one is to blame.
Result<RewardFunction::Scores> read_scores(std::string_view line, std::int64_t id,
                                           std::span<const RewardInput> rows);

/// "completion 3 of 64, \"Dear ...\"". Precondition: row < rows.size().
std::string named_row(std::size_t row, std::span<const RewardInput> rows);

}  // namespace plumb
