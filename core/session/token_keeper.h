// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/result.h"
#include "store/store.h"
#include "train/monitor.h"

namespace plumb {

/// Stores what was measured of tokens below a limit in bytes a run. Where the limit is reached, the
/// data of every second step are removed and later ones are left out in the same way, so that those
/// that are kept are spread over the whole run: steps 1, 1 + n, 1 + 2 n, ... with n a power of two.
/// One thread.
class TokenKeeper {
public:
    TokenKeeper(Store& store, RunId run) : store_(store), run_(run) {}

    /// In bytes; 0 keeps nothing. The first call finds what the run has stored already.
    Status set_limit(std::uint64_t bytes);
    bool wants(std::int64_t step) const;
    /// Queues the rows, which replace those told of before.
    void keep(std::int64_t step, const std::vector<MeasuredTokens>& rows);

private:
    Status find_stored();
    void thin();

    Store& store_;
    const RunId run_;
    bool knows_stored_ = false;
    std::uint64_t limit_ = 0, total_ = 0;
    std::int64_t every_ = 1;
    bool full_ = false;  ///< not even one step fits
    std::map<std::int64_t, std::uint64_t> bytes_;  ///< by step
    std::int64_t step_ = 0;                        ///< the last one that rows came for ...
    std::map<std::int64_t, std::uint64_t> rows_;   ///< ... and what each of them takes
};

}  // namespace plumb
