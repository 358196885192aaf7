// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace plumb {

/// A seed for one purpose of a run ("rollout", "data order"), so that purposes never share draws.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view purpose);

/// A uniform number in [0, 1) that depends on its four keys alone, not on what was drawn before:
/// the draw of (seed, step, row, position) stays the same when other rows end or resume moves.
double keyed_uniform(std::uint64_t seed, std::uint64_t step, std::uint64_t row,
                     std::uint64_t position);

/// xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. The same numbers on every
/// platform; copyable, so that its state can be stored.
class Random {
public:
    explicit Random(std::uint64_t seed);

    std::uint64_t next();
    /// Uniform in [0, 1).
    double uniform();
    /// Uniform in {0, ..., bound - 1}. Precondition: bound > 0.
    std::uint64_t below(std::uint64_t bound);
    /// Standard normal (Box and Muller).
    double normal();
    bool chance(double probability) { return uniform() < probability; }

    /// A permutation of 0 .. count - 1 (Fisher and Yates).
    std::vector<std::int64_t> permutation(std::int64_t count);

private:
    std::uint64_t state_[4];
};

}  // namespace plumb
