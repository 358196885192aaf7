// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QFrame>
#include <QTimer>

#include "analysis/run_ledger.h"
#include "analysis/time_forecast.h"
#include "config/settings.h"
#include "session/forecast.h"

class QLabel;
class QStackedWidget;

namespace plumb::ui {

class ForecastView;
class MemoryBars;
class RunCostView;

/// What a run needs and costs: memory by owner, measured over predicted; where the time of a step
/// goes; tokens and operations so far. Before the first step it shows what is predicted, and on
/// what that rests. Numbers change at most ten times a second, and only while they are seen.
class MemoryCostPanel : public QFrame {
    Q_OBJECT

public:
    explicit MemoryCostPanel(QWidget* parent = nullptr);

    /// Neither a run nor settings are shown; the reason is a sentence.
    void showNothing(const QString& reason);
    /// Settings that are not started; device as in the setting.
    void showDraft(const std::string& device);
    void showRun(const std::string& device,
                 const std::map<std::string, std::vector<MetricPoint>>& metrics);
    void append(std::int64_t step, const Metrics& metrics);
    /// The step that is looked at; nothing: the newest.
    void setShownStep(std::optional<std::int64_t> step);
    /// Seconds until the run's last step; below 0: not known.
    void setTimeLeft(double seconds);

    /// A prediction is on its way; the bars of the one before stay until then.
    void setPredicting();
    void setMemoryForecast(const Result<MemoryForecast>& forecast);
    /// Nothing: no earlier run tells.
    void setTimeForecast(const std::optional<TimeForecast>& forecast);

protected:
    void showEvent(QShowEvent* event) override;

private:
    enum class Shown { nothing, draft, run };

    void begin(Shown what, const std::string& device);
    void refreshLater();
    void refresh();
    void refreshHead(const std::optional<LedgerEntry>& entry);
    void refreshNotes(const std::optional<LedgerEntry>& entry);

    Shown m_shown = Shown::nothing;
    std::string m_device;
    RunLedger m_ledger;
    std::optional<std::int64_t> m_step;
    std::optional<MemoryForecast> m_forecast;
    QString m_problem;  ///< why there is no forecast
    bool m_predicting = false;

    QLabel *m_title, *m_summary, *m_problemLabel, *m_note, *m_empty;
    MemoryBars* m_bars;
    QStackedWidget* m_side;
    RunCostView* m_cost;
    ForecastView* m_forecastView;
    QWidget* m_content;
    QTimer m_refreshTimer;
};

/// "4 models, 66.0 MB peak": a prediction in a few words.
QString forecastSummary(const MemoryForecast& forecast);

}  // namespace plumb::ui
