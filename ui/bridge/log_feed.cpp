// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/log_feed.h"

#include <QTime>

#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr std::size_t most_waiting_lines = 2000;
constexpr int drain_interval_ms = 100;

}  // namespace

LogFeed::LogFeed(QObject* parent) : QObject(parent), m_waiting(std::make_shared<Waiting>()) {
    set_log_listener([waiting = m_waiting](LogLevel level, std::string_view text) {
        LogLine line{level, QTime::currentTime().toString("HH:mm:ss"), toQString(text)};
        std::lock_guard lock(waiting->mutex);
        if (waiting->lines.size() >= most_waiting_lines) {
            waiting->lines.pop_front();
            ++waiting->leftOut;
        }
        waiting->lines.push_back(std::move(line));
    });
    m_timer.setInterval(drain_interval_ms);
    connect(&m_timer, &QTimer::timeout, this, &LogFeed::drain);
    m_timer.start();
}

LogFeed::~LogFeed() { set_log_listener({}); }

void LogFeed::drain() {
    std::deque<LogLine> lines;
    std::size_t leftOut = 0;
    {
        std::lock_guard lock(m_waiting->mutex);
        lines.swap(m_waiting->lines);
        std::swap(leftOut, m_waiting->leftOut);
    }
    if (leftOut > 0)
        Q_EMIT lineReceived(
            {LogLevel::warning, QTime::currentTime().toString("HH:mm:ss"),
             QString("%1 lines came too fast and are in the run's log.txt alone").arg(leftOut)});
    for (const LogLine& line : lines) Q_EMIT lineReceived(line);
}

}  // namespace plumb::ui
