// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace plumb {

/// Row numbers, each ascending.
struct HoldOut {
    std::vector<std::int64_t> training;
    std::vector<std::int64_t> held_out;
};

/// Sets rows aside for evaluation: `wanted` of them, but at most a fifth of all and at least one.
/// Depends on seed and count alone; with fewer wanted, a subset of the same rows is held out.
/// Precondition: count >= 2, wanted >= 1.
HoldOut hold_out(std::int64_t count, std::int64_t wanted, std::uint64_t seed);

}  // namespace plumb
