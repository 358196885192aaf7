// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/query_thread.h"

#include <utility>

namespace plumb {

QueryThread::QueryThread(std::unique_ptr<StoreReader> reader)
    : reader_(std::move(reader)), thread_([this] { loop(); }) {}

QueryThread::~QueryThread() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void QueryThread::post(Query query) {
    {
        std::lock_guard lock(mutex_);
        queries_.push_back(std::move(query));
    }
    wake_.notify_all();
}

void QueryThread::loop() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queries_.empty(); });
        if (queries_.empty()) return;
        Query query = std::move(queries_.front());
        queries_.pop_front();
        lock.unlock();
        query(*reader_);
        query = nullptr;
        lock.lock();
    }
}

}  // namespace plumb
