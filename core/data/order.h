// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace plumb {

/// The order in which a run visits its rows: a fresh permutation for every epoch that depends on
/// the seed and the epoch alone. The only state is the position, so that a resumed run goes on
/// where it was cut off.
class DataOrder {
public:
    /// count > 0. Without shuffle the rows come as they stand in the files.
    DataOrder(std::uint64_t seed, std::int64_t count, bool shuffle);

    /// The next row number.
    std::int64_t next();
    std::vector<std::int64_t> next(std::int64_t n);
    /// The row number at a position; goes on behind it.
    std::int64_t at(std::int64_t position);

    /// How many rows were given out so far.
    std::int64_t position() const { return position_; }
    void seek(std::int64_t position);
    double epoch() const;

private:
    void load_epoch(std::int64_t epoch);

    std::uint64_t seed_;
    std::int64_t count_;
    bool shuffle_;
    std::int64_t position_ = 0;
    std::int64_t loaded_epoch_ = -1;
    std::vector<std::int64_t> permutation_;
};

}  // namespace plumb
