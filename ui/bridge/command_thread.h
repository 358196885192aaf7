// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace plumb::ui {

/// Runs commands that may wait for the disk, one after the other, beside the GUI thread.
class CommandThread {
public:
    CommandThread();
    /// Runs what was posted before, then ends.
    ~CommandThread();

    void post(std::function<void()> command);

private:
    void loop(std::stop_token stop);

    std::mutex m_mutex;
    std::condition_variable_any m_ready;
    std::deque<std::function<void()>> m_commands;
    std::jthread m_thread;
};

}  // namespace plumb::ui
