// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QWidget>

#include "analysis/time_forecast.h"
#include "session/forecast.h"

class QLabel;

namespace plumb::ui {

/// What a prediction of memory and time rests on, in sentences.
class ForecastView : public QWidget {
    Q_OBJECT

public:
    explicit ForecastView(QWidget* parent = nullptr);

    /// Nothing: none is known.
    void setMemory(const std::optional<MemoryForecast>& forecast);
    void setTime(const std::optional<TimeForecast>& forecast);

private:
    QLabel *m_time, *m_phase, *m_head, *m_assumptions;
};

}  // namespace plumb::ui
