// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace plumb {

/// A bounded queue from one or more producers to one consumer. Neither side ever waits for the
/// other to make room: when it is full, the oldest droppable item gives way; items pushed with
/// keep (the life cycle of a run) are never dropped, and exceed the bound if need be.
/// Every function may be called from any thread.
template <class T>
class EventQueue {
public:
    explicit EventQueue(std::size_t capacity) : capacity_(capacity) {}

    void push(T item, bool keep) {
        {
            std::lock_guard lock(mutex_);
            if (items_.size() >= capacity_) drop_oldest();
            items_.push_back({std::move(item), keep});
        }
        ready_.notify_one();
    }

    /// The oldest item, or nothing when none is there. Never blocks.
    std::optional<T> try_pop() {
        std::lock_guard lock(mutex_);
        return take();
    }

    /// The oldest item; waits for one at most the given time.
    std::optional<T> pop(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        ready_.wait_for(lock, timeout, [this] { return !items_.empty(); });
        return take();
    }

    /// How many items were dropped so far.
    std::size_t dropped() const {
        std::lock_guard lock(mutex_);
        return dropped_;
    }

private:
    struct Item {
        T value;
        bool keep;
    };

    std::optional<T> take() {
        if (items_.empty()) return std::nullopt;
        std::optional<T> value(std::move(items_.front().value));
        items_.pop_front();
        return value;
    }

    void drop_oldest() {
        for (auto it = items_.begin(); it != items_.end(); ++it) {
            if (it->keep) continue;
            items_.erase(it);
            ++dropped_;
            return;
        }
    }

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Item> items_;
    std::size_t dropped_ = 0;
};

}  // namespace plumb
