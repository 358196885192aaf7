// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/memory_cost_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "common/text.h"
#include "widgets/forecast_view.h"
#include "widgets/memory_bars.h"
#include "widgets/number_label.h"
#include "widgets/run_cost_view.h"

namespace plumb::ui {
namespace {

constexpr int refresh_interval_ms = 100;
constexpr int least_height = 200;
constexpr double megabyte = 1e6;
const QString between = " \u00B7 ";

OwnerMegabytes megabytesOf(const std::optional<MemoryForecast>& forecast) {
    OwnerMegabytes values;
    if (forecast)
        for (const MemoryPart& part : forecast->parts) values[part.owner] = part.bytes / megabyte;
    return values;
}

QString modelsText(std::int64_t models) {
    return models == 1 ? QString("1 model") : QString("%1 models").arg(models);
}

}  // namespace

QString forecastSummary(const MemoryForecast& forecast) {
    return modelsText(forecast.models) + ", " + megabytesText(forecast.peak / megabyte) +
           " MB peak";
}

MemoryCostPanel::MemoryCostPanel(QWidget* parent) : QFrame(parent) {
    setObjectName("memoryCostPanel");
    setProperty("role", "panel");
    m_title = makeSmallLabel({}, "title", this);
    m_title->setObjectName("memoryTitle");
    m_summary = makeNumberHead({}, this);
    m_summary->setObjectName("memorySummary");
    m_note = makeSmallLabel({}, "small", this);
    m_note->setObjectName("memoryNote");
    m_note->setWordWrap(true);
    m_problemLabel = makeSmallLabel({}, "error", this);
    m_problemLabel->setObjectName("memoryProblem");
    m_problemLabel->setWordWrap(true);
    m_empty = makeSmallLabel({}, "muted", this);
    m_empty->setObjectName("memoryEmpty");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_bars = new MemoryBars(this);
    m_cost = new RunCostView(this);
    m_forecastView = new ForecastView(this);
    m_side = new QStackedWidget(this);
    m_side->addWidget(m_forecastView);
    m_side->addWidget(m_cost);

    auto* page = new QWidget;
    auto* columns = new QHBoxLayout(page);
    columns->setContentsMargins(0, 0, 4, 0);
    columns->setSpacing(24);
    columns->addWidget(m_bars, 1);
    columns->addWidget(m_side, 1);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName("memoryScroll");
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(page);
    page->setAutoFillBackground(false);
    scroll->setMinimumHeight(least_height);
    m_content = scroll;
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title);
    head->addWidget(m_summary, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(3);
    layout->addLayout(head);
    layout->addWidget(m_problemLabel);
    layout->addWidget(m_note);
    layout->addWidget(m_content, 1);
    layout->addWidget(m_empty, 1);

    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(refresh_interval_ms);
    connect(&m_refreshTimer, &QTimer::timeout, this, [this] {
        if (isVisible()) refresh();
    });
    showNothing("Memory and cost of a run appear here.");
}

void MemoryCostPanel::begin(Shown what, const std::string& device) {
    m_shown = what;
    m_device = device;
    m_step.reset();
    m_forecast.reset();
    m_problem.clear();
    m_predicting = false;
    m_ledger = RunLedger();
    setTimeLeft(-1);
    setTimeForecast(std::nullopt);
    refresh();
}

void MemoryCostPanel::showNothing(const QString& reason) {
    m_empty->setText(reason);
    begin(Shown::nothing, {});
}

void MemoryCostPanel::showDraft(const std::string& device) {
    if (m_shown != Shown::draft) begin(Shown::draft, device);
    m_device = device;
    refresh();
}

void MemoryCostPanel::showRun(const std::string& device,
                              const std::map<std::string, std::vector<MetricPoint>>& metrics) {
    begin(Shown::run, device);
    m_ledger = RunLedger(metrics);
    refresh();
}

void MemoryCostPanel::append(std::int64_t step, const Metrics& metrics) {
    m_ledger.append(step, metrics);
    refreshLater();
}

void MemoryCostPanel::setShownStep(std::optional<std::int64_t> step) {
    m_step = step;
    refreshLater();
}

void MemoryCostPanel::setTimeLeft(double seconds) { m_cost->setTimeLeft(seconds); }

void MemoryCostPanel::setPredicting() {
    m_predicting = true;
    setTimeForecast(std::nullopt);
    refresh();
}

void MemoryCostPanel::setMemoryForecast(const Result<MemoryForecast>& forecast) {
    m_predicting = false;
    m_forecast = forecast.ok() ? std::optional(forecast.value()) : std::nullopt;
    m_problem = forecast.ok() ? QString() : toQString(forecast.error().message);
    refresh();
}

void MemoryCostPanel::setTimeForecast(const std::optional<TimeForecast>& forecast) {
    m_forecastView->setTime(forecast);
}

void MemoryCostPanel::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    refresh();
}

void MemoryCostPanel::refreshLater() {
    if (isVisible() && !m_refreshTimer.isActive()) m_refreshTimer.start();
}

void MemoryCostPanel::refresh() {
    const auto entry = m_ledger.at(m_step);
    m_empty->setVisible(m_shown == Shown::nothing);
    m_content->setVisible(m_shown != Shown::nothing);
    m_bars->setMemory(entry ? entry->memory : OwnerMegabytes(), megabytesOf(m_forecast));
    m_forecastView->setMemory(m_forecast);
    if (entry) m_cost->setEntry(*entry);
    m_side->setCurrentWidget(entry ? static_cast<QWidget*>(m_cost) : m_forecastView);
    refreshHead(entry);
    refreshNotes(entry);
}

void MemoryCostPanel::refreshHead(const std::optional<LedgerEntry>& entry) {
    QStringList facts;
    QString tip;
    if (entry) {
        m_title->setText(
            QString("Memory and cost of step %1%2").arg(entry->step).arg(m_step ? "" : ", newest"));
        if (entry->peak > 0) {
            facts << modelsText(entry->models);
            QString peak = QString("peak %1 MB").arg(megabytesText(entry->peak));
            if (m_forecast)
                peak += QString(", predicted %1").arg(megabytesText(m_forecast->peak / megabyte));
            facts << peak;
            tip = QString("Highest peak of a step so far: %1 MB, at step %2")
                      .arg(megabytesText(entry->most_peak))
                      .arg(entry->most_peak_step);
        }
        if (entry->resident > 0)
            facts << QString("process %1 MB").arg(megabytesText(entry->resident));
    } else {
        m_title->setText(m_shown == Shown::nothing ? "Memory and cost" : "Memory, predicted");
        if (m_predicting)
            facts << "working out the prediction";
        else if (m_forecast)
            facts << modelsText(m_forecast->models)
                  << QString("peak %1 MB").arg(megabytesText(m_forecast->peak / megabyte))
                  << QString("process %1 MB").arg(megabytesText(m_forecast->process / megabyte));
    }
    m_summary->setText(facts.join(between));
    m_summary->setToolTip(tip);
}

void MemoryCostPanel::refreshNotes(const std::optional<LedgerEntry>& entry) {
    const auto tell = [](QLabel* label, const QStringList& sentences) {
        label->setText(sentences.join(" "));
        label->setVisible(!sentences.isEmpty());
    };
    QStringList problems, notes;
    if (!m_problem.isEmpty())  // a run that has been is not in trouble for it
        (m_shown == Shown::draft ? problems : notes)
            << "The memory cannot be predicted: " + m_problem;
    if (m_shown == Shown::run && !entry) notes << "Measured values appear with the first step.";
    if (entry && entry->memory.empty())
        notes << "This run was recorded before memory was measured.";
    if (m_shown != Shown::nothing && m_device != "cpu")
        notes << QString(
                     "The run computes on %1, whose memory is not counted: the numbers are "
                     "those of the CPU alone.")
                     .arg(toQString(m_device));
    tell(m_problemLabel, problems);
    tell(m_note, notes);
}

}  // namespace plumb::ui
