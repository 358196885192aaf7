// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include <QObject>
#include <QString>
#include <QTimer>

#include "base/log.h"

namespace plumb::ui {

struct LogLine {
    LogLevel level = LogLevel::info;
    QString time;  ///< "12:34:56"
    QString text;
};

/// Brings the program's log lines to the GUI thread, a few times a second. When lines come faster
/// than they are taken, the oldest are left out and their number is told.
class LogFeed : public QObject {
    Q_OBJECT

public:
    explicit LogFeed(QObject* parent = nullptr);
    ~LogFeed() override;

Q_SIGNALS:
    void lineReceived(const plumb::ui::LogLine& line);

private:
    struct Waiting {
        std::mutex mutex;
        std::deque<LogLine> lines;
        std::size_t leftOut = 0;
    };

    void drain();

    std::shared_ptr<Waiting> m_waiting;
    QTimer m_timer;
};

}  // namespace plumb::ui
