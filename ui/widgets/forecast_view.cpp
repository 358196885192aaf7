// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forecast_view.h"

#include <QLabel>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "widgets/memory_bars.h"
#include "widgets/number_label.h"

namespace plumb::ui {
namespace {

QString timeText(const TimeForecast& forecast) {
    const QString step = toQString(format_fixed(forecast.seconds_per_step, 3)) + " s a step";
    const QString basis = QString(
                              "the mean of %1 steps of run %2, %3, which had the same model, "
                              "batches and lengths.")
                              .arg(forecast.measured_steps)
                              .arg(forecast.run)
                              .arg(toQString(forecast.name));
    if (forecast.total_steps == 0) return step + ": " + basis;
    return QString("About %1 for %2 steps, evaluations and the phases before them aside: %3, %4")
        .arg(toQString(format_duration(forecast.seconds())))
        .arg(forecast.total_steps)
        .arg(step, basis);
}

}  // namespace

ForecastView::ForecastView(QWidget* parent) : QWidget(parent) {
    setObjectName("forecast");
    const auto make = [this](const char* name, const char* role) {
        QLabel* label = makeSmallLabel({}, role, this);
        label->setObjectName(name);
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->hide();
        return label;
    };
    m_time = make("forecastTime", "small");
    m_phase = make("forecastPhase", "small");
    m_head = make("forecastHead", "section");
    m_head->setText("THE PREDICTION ASSUMES");
    m_assumptions = make("forecastAssumptions", "small");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    for (QLabel* label : {m_time, m_phase, m_head, m_assumptions}) layout->addWidget(label);
    layout->addStretch();
}

void ForecastView::setMemory(const std::optional<MemoryForecast>& forecast) {
    QStringList sentences;
    if (forecast)
        for (const std::string& sentence : forecast->assumptions) sentences << toQString(sentence);
    m_assumptions->setText(sentences.join("\n"));
    m_assumptions->setVisible(!sentences.isEmpty());
    m_head->setVisible(!sentences.isEmpty());
    const bool beyond = forecast && forecast->run_peak > forecast->peak;
    m_phase->setVisible(beyond);
    m_phase->setText(beyond ? QString("The run's highest peak, %1 MB, is that of the phase: %2.")
                                  .arg(megabytesText(forecast->run_peak / 1e6),
                                       toQString(forecast->run_peak_phase))
                            : QString());
}

void ForecastView::setTime(const std::optional<TimeForecast>& forecast) {
    m_time->setVisible(forecast.has_value());
    m_time->setText(forecast ? timeText(*forecast) : QString());
}

}  // namespace plumb::ui
