// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/memory_forecaster.h"

#include "common/background.h"

namespace plumb::ui {
namespace {

constexpr int quiet_ms = 300;

}  // namespace

MemoryForecaster::MemoryForecaster(QObject* parent) : QObject(parent) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(quiet_ms);
    connect(&m_timer, &QTimer::timeout, this, &MemoryForecaster::begin);
}

MemoryForecaster::~MemoryForecaster() { m_running.request_stop(); }

void MemoryForecaster::ask(const Settings& settings) {
    m_running.request_stop();
    m_settings = settings;
    m_timer.start();
}

void MemoryForecaster::cancel() {
    m_running.request_stop();
    m_timer.stop();
}

void MemoryForecaster::begin() {
    m_running = runInBackground(
        this,
        [settings = m_settings, workspace = m_workspace](std::stop_token stop) {
            return forecast_memory(settings, workspace, stop);
        },
        [this](const Result<MemoryForecast>& forecast) { Q_EMIT done(forecast); });
    Q_EMIT begun(m_settings);
}

}  // namespace plumb::ui
