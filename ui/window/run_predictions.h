// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QObject>
#include <QString>

#include "analysis/time_forecast.h"
#include "bridge/memory_forecaster.h"
#include "bridge/session_bridge.h"

namespace plumb::ui {

class MemoryCostPanel;

/// Keeps the panel's prediction of memory and time that of the settings which the window shows.
class RunPredictions : public QObject {
    Q_OBJECT

public:
    RunPredictions(SessionBridge& bridge, MemoryCostPanel& panel, QObject* parent = nullptr);

    /// Of a draft or a run; what was predicted before holds no more.
    void predict(const Settings& settings);
    void clear();
    /// The prediction in a few words: "4 models, 66.0 MB peak, about 47 s"; empty: there is none.
    QString summary() const;

Q_SIGNALS:
    void changed();

private:
    void askTime(const Settings& settings);

    SessionBridge& m_bridge;
    MemoryCostPanel& m_panel;
    MemoryForecaster m_forecaster;
    std::optional<MemoryForecast> m_memory;
    std::optional<TimeForecast> m_time;
    int m_asked = 0;  ///< tells the answer for these settings from late ones
};

}  // namespace plumb::ui
