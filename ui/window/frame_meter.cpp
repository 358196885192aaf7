// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/frame_meter.h"

#include <algorithm>

namespace plumb::ui {

FrameMeter::FrameMeter(QObject* parent) : QObject(parent) {
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(16);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        m_milliseconds.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e6);
        m_clock.restart();
    });
    m_clock.start();
    m_timer.start();
}

QString FrameMeter::report() const {
    std::vector<double> sorted = m_milliseconds;
    if (sorted.empty()) return "frames 0";
    std::ranges::sort(sorted);
    const auto at = [&](double share) {
        return QString::number(
            sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))], 'f',
            1);
    };
    return QString("frames %1, p50 %2 ms, p95 %3 ms, p99 %4 ms, longest %5 ms")
        .arg(sorted.size())
        .arg(at(0.5), at(0.95), at(0.99), at(1.0));
}

}  // namespace plumb::ui
