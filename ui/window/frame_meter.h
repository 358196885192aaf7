// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace plumb::ui {

/// Measures how long the event loop takes from one turn of a fast timer to the next: what a user
/// feels as a frame.
class FrameMeter : public QObject {
    Q_OBJECT

public:
    explicit FrameMeter(QObject* parent = nullptr);

    /// "frames 3600, p50 16.7 ms, p95 17.9 ms, p99 24.1 ms, longest 61.0 ms"
    QString report() const;

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    std::vector<double> m_milliseconds;
};

}  // namespace plumb::ui
