// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "session/store_monitor.h"
#include "store/store.h"

namespace plumb {

/// The deleted runs whose time is over at the given unix milliseconds, and those whose removal was
/// cut off.
Result<std::vector<RunId>> runs_to_remove(StoreReader& reader, std::int64_t now_ms);

/// Takes deleted runs away for good, on a thread of its own and below the window's priority. Stops
/// between two commits when it is destroyed; what is left is done at the next opening.
class RunRemover {
public:
    /// Begins with runs_to_remove(), where the store is open for writing.
    RunRemover(Store& store, StoreMonitor::Emit emit);
    ~RunRemover();

    /// The runs must have been deleted. Each ends in an event RunRemoved. Any thread.
    void remove(const std::vector<RunId>& ids);

private:
    void loop(std::stop_token stop);

    Store& store_;
    const StoreMonitor::Emit emit_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<RunId> runs_;
    std::jthread thread_;
};

}  // namespace plumb
