// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/command_thread.h"

namespace plumb::ui {

CommandThread::CommandThread() : m_thread([this](std::stop_token stop) { loop(stop); }) {}

CommandThread::~CommandThread() {
    m_thread.request_stop();
    m_thread.join();
}

void CommandThread::post(std::function<void()> command) {
    {
        std::lock_guard lock(m_mutex);
        m_commands.push_back(std::move(command));
    }
    m_ready.notify_one();
}

void CommandThread::loop(std::stop_token stop) {
    for (;;) {
        std::function<void()> command;
        {
            std::unique_lock lock(m_mutex);
            m_ready.wait(lock, stop, [this] { return !m_commands.empty(); });
            if (m_commands.empty()) return;
            command = std::move(m_commands.front());
            m_commands.pop_front();
        }
        command();
    }
}

}  // namespace plumb::ui
