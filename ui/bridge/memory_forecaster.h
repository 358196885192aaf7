// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include <QObject>
#include <QTimer>

#include "config/settings.h"
#include "session/forecast.h"

namespace plumb::ui {

/// Predicts the memory of a run in the background, once its settings have stood still for a while.
/// Newer settings cancel what is being worked out for older ones.
class MemoryForecaster : public QObject {
    Q_OBJECT

public:
    explicit MemoryForecaster(QObject* parent = nullptr);
    ~MemoryForecaster() override;

    /// Where names of runs are looked up.
    void setWorkspace(const std::filesystem::path& folder) { m_workspace = folder; }
    /// Ends in begun() and then done(), unless it is asked again or cancelled before.
    void ask(const Settings& settings);
    void cancel();

Q_SIGNALS:
    void begun(const plumb::Settings& settings);
    void done(const plumb::Result<plumb::MemoryForecast>& forecast);

private:
    void begin();

    std::filesystem::path m_workspace;
    Settings m_settings;
    QTimer m_timer;
    std::stop_source m_running;
};

}  // namespace plumb::ui
