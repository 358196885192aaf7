// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "store/rows.h"

namespace plumb {

/// The thread that owns the only writing connection. Rows of runs wait in a queue and are committed
/// in batches; work of users is done at once, after the rows that were queued before it.
/// Every function may be called from any thread.
class Writer {
public:
    /// interval: how long a row waits at most. most_bytes: more than that waits only in metrics,
    /// further completions are dropped and the next flush says so.
    Writer(std::unique_ptr<Connection> connection, std::chrono::milliseconds interval,
           std::size_t most_bytes);
    /// Commits what is queued; what cannot be written then is lost, and the log says so.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Never waits for the disk.
    void queue(RunRows rows);
    /// Commits what is queued, as Store::flush.
    Status flush();
    /// Commits what is queued, then does the work in one transaction that is on the disk when this
    /// returns (Durability::power). Where the queue cannot be written the work is not done either.
    Status run(std::function<Status(Connection&)> work, Durability durability = Durability::power);

private:
    struct Job {
        std::function<Status()> work;
        std::promise<Status> done;
    };

    Status wait_for(std::function<Status()> work);
    void loop();
    Status commit_rows();
    void note_retry(const Status& status);

    const std::unique_ptr<Connection> connection_;
    RowWriter row_writer_;
    const std::chrono::milliseconds interval_;
    const std::size_t most_bytes_;
    bool failing_ = false;  ///< the last batch could not be written; of the thread alone

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<RunRows> rows_;
    std::size_t bytes_ = 0;                      ///< of rows_
    std::chrono::steady_clock::time_point due_;  ///< when rows_ are to be committed
    std::deque<Job> jobs_;
    std::optional<Error> dropped_;  ///< the first rows that were given up since the last flush
    bool stopping_ = false;

    std::thread thread_;
};

}  // namespace plumb
