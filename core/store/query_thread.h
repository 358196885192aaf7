// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/store.h"

namespace plumb {

/// The thread that answers queries, one after the other, through a reader of its own.
class QueryThread {
public:
    using Query = std::function<void(StoreReader&)>;

    explicit QueryThread(std::unique_ptr<StoreReader> reader);
    /// Answers what was asked before: every future gets its value.
    ~QueryThread();
    QueryThread(const QueryThread&) = delete;
    QueryThread& operator=(const QueryThread&) = delete;

    /// The query must not throw. Any thread.
    void post(Query query);

private:
    void loop();

    const std::unique_ptr<StoreReader> reader_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Query> queries_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace plumb
