// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

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

    /// Of settings that are not started, whenever they have changed.
    void showDraft(const Settings& settings) { predict(settings, true); }
    /// Of a run, after the panel has been told to show it.
    void showRun(const Settings& settings) { predict(settings, false); }
    void clear();
    /// The prediction in a few words: "4 models, 66.0 MB peak, about 47 s"; empty: there is none.
    QString summary() const;

Q_SIGNALS:
    void changed();

private:
    void predict(const Settings& settings, bool draft);
    void askTime(const Settings& settings);

    SessionBridge& m_bridge;
    MemoryCostPanel& m_panel;
    MemoryForecaster m_forecaster;
    std::optional<Result<MemoryForecast>> m_memory;
    std::optional<TimeForecast> m_time;
    std::string m_settings;  ///< as YAML: what is predicted or being worked out
    bool m_draft = false;    ///< how long it will take is asked too
    int m_asked = 0;         ///< tells the answer for these settings from late ones
};

}  // namespace plumb::ui
