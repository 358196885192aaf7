// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/run_predictions.h"

#include "base/strings.h"
#include "common/text.h"
#include "widgets/memory_cost_panel.h"

namespace plumb::ui {

RunPredictions::RunPredictions(SessionBridge& bridge, MemoryCostPanel& panel, QObject* parent)
    : QObject(parent), m_bridge(bridge), m_panel(panel) {
    connect(&m_forecaster, &MemoryForecaster::begun, this, &RunPredictions::askTime);
    connect(&m_forecaster, &MemoryForecaster::done, this,
            [this](const Result<MemoryForecast>& forecast) {
                m_panel.setMemoryForecast(forecast);
                if (forecast.ok()) m_memory = forecast.value();
                Q_EMIT changed();
            });
}

void RunPredictions::predict(const Settings& settings) {
    clear();
    m_panel.setPredicting();
    m_forecaster.setWorkspace(m_bridge.workspace());
    m_forecaster.ask(settings);
}

void RunPredictions::clear() {
    ++m_asked;
    m_forecaster.cancel();
    m_memory.reset();
    m_time.reset();
}

void RunPredictions::askTime(const Settings& settings) {
    m_bridge.query(
        this, [settings](StoreReader& reader) { return forecast_time(reader, settings); },
        [this, asked = m_asked](const Result<std::optional<TimeForecast>>& forecast) {
            if (asked != m_asked || !forecast.ok()) return;
            m_time = forecast.value();
            m_panel.setTimeForecast(m_time);
            Q_EMIT changed();
        });
}

QString RunPredictions::summary() const {
    QStringList parts;
    if (m_memory) parts << forecastSummary(*m_memory);
    if (m_time && m_time->total_steps > 0)
        parts << "about " + toQString(format_duration(m_time->seconds()));
    return parts.join(", ");
}

}  // namespace plumb::ui
