// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_grid.h"

#include <algorithm>
#include <cmath>

#include <QGridLayout>

#include "plots/chart.h"

namespace plumb::ui {
namespace {

constexpr int frame_ms = 33;
constexpr int spacing = 8;
constexpr int chart_height = 170;
/// A chart is not made narrower than this while there is another column to take away.
constexpr int chart_width = 220;
constexpr int most_columns = 3;
constexpr double fewest_steps = 10;

bool isOfPhase(const Chart* chart) { return is_phase_metric(chart->group().keys.front()); }

double rangeEnd(std::int64_t lastStep) {
    return std::max(fewest_steps, std::ceil(static_cast<double>(lastStep) * 1.02));
}

}  // namespace

ChartGrid::ChartGrid(QWidget* parent) : QScrollArea(parent) {
    setObjectName("chartGrid");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    m_page = new QWidget;
    m_layout = new QGridLayout(m_page);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(spacing);
    setWidget(m_page);
    m_frames.setInterval(frame_ms);
    connect(&m_frames, &QTimer::timeout, this, &ChartGrid::redrawNow);
    m_frames.start();
}

Chart* ChartGrid::addChart(const QString& algorithm, const ChartGroup& group) {
    auto* chart = new Chart(group, algorithm, m_page);
    if (const auto text = m_emptyTexts.find(group.title); text != m_emptyTexts.end())
        chart->setEmptyText(text->second);
    connect(chart, &Chart::crosshairMoved, this, [this, chart](std::optional<double> step) {
        if (!isOfPhase(chart) && !step && m_shownStep) step = static_cast<double>(*m_shownStep);
        for (Chart* each : m_charts)
            if (isOfPhase(each) == isOfPhase(chart)) each->setCrosshair(step);
    });
    if (isOfPhase(chart)) {
        // Its steps are its own: a range is chosen for it alone.
        connect(chart, &Chart::xRangeChosen, chart, &Chart::setXRange);
    } else {
        connect(chart, &Chart::stepClicked, this, &ChartGrid::stepClicked);
        connect(chart, &Chart::xRangeChosen, this, &ChartGrid::chooseRange);
    }
    connect(chart, &Chart::followRequested, this, &ChartGrid::follow);
    connect(chart, &Chart::smoothingChosen, this, &ChartGrid::setSmoothing);
    connect(chart, &Chart::problem, this, &ChartGrid::problem);
    return chart;
}

void ChartGrid::showRun(const QString& algorithm, const std::vector<ChartGroup>& groups,
                        std::map<std::string, QString> emptyTexts) {
    m_emptyTexts = std::move(emptyTexts);
    for (Chart* chart : m_charts) delete chart;
    m_charts.clear();
    m_arrangement.clear();
    m_shownStep.reset();
    for (const ChartGroup& group : groups) m_charts.push_back(addChart(algorithm, group));
    follow();
    arrange();
}

void ChartGrid::setMetric(const std::string& key, std::vector<MetricPoint> points) {
    for (Chart* chart : m_charts)
        if (chart->holds(key)) chart->setPoints(key, points);
    arrange();
}

void ChartGrid::append(std::int64_t step, const Metrics& metrics) {
    for (Chart* chart : m_charts)
        for (const std::string& key : chart->group().keys)
            if (const auto found = metrics.find(key); found != metrics.end())
                chart->appendPoint(key, {step, found->second});
    arrange();
}

void ChartGrid::setMarks(std::vector<ChartMark> marks) {
    for (Chart* chart : m_charts)
        if (!isOfPhase(chart)) chart->setMarks(marks);
}

void ChartGrid::setShownStep(std::optional<std::int64_t> step) {
    m_shownStep = step;
    for (Chart* chart : m_charts)
        if (!isOfPhase(chart))
            chart->setCrosshair(step ? std::optional(static_cast<double>(*step)) : std::nullopt);
}

void ChartGrid::setSmoothing(std::optional<double> weight) {
    for (Chart* chart : m_charts) chart->setSmoothing(weight);
}

void ChartGrid::setRange(double first, double last) {
    for (Chart* chart : m_charts)
        if (!isOfPhase(chart)) chart->setXRange(first, last);
}

void ChartGrid::chooseRange(double first, double last) {
    if (m_following) {
        m_following = false;
        Q_EMIT followingChanged(false);
    }
    setRange(first, last);
}

void ChartGrid::showSteps(qint64 first, qint64 last) {
    const double room = std::max(2.0, static_cast<double>(last - first) * 0.05);
    chooseRange(std::max(0.0, static_cast<double>(first) - room), static_cast<double>(last) + room);
}

void ChartGrid::follow() {
    const bool before = m_following;
    m_following = true;
    for (Chart* chart : m_charts) chart->followValues();
    followData();
    if (!before) Q_EMIT followingChanged(true);
}

void ChartGrid::followData() {
    std::int64_t last = 0;
    for (Chart* chart : m_charts) {
        if (isOfPhase(chart))
            chart->setXRange(0, rangeEnd(chart->lastStep()));
        else
            last = std::max(last, chart->lastStep());
    }
    setRange(0, rangeEnd(last));
}

void ChartGrid::redrawNow() {
    if (m_following) followData();
    for (Chart* chart : m_charts)
        if (!chart->visibleRegion().isEmpty()) chart->redraw();
}

void ChartGrid::arrange() {
    std::vector<Chart*> shown;
    for (Chart* chart : m_charts)
        if (chart->hasPoints() || m_emptyTexts.contains(chart->group().title))
            shown.push_back(chart);
    // While a run makes its models the charts of that phase stand first.
    const bool training = std::ranges::any_of(
        m_charts, [](const Chart* chart) { return !isOfPhase(chart) && chart->lastStep() > 0; });
    if (!training) std::ranges::stable_partition(shown, isOfPhase);
    const int columns =
        std::clamp((viewport()->width() + spacing) / (chart_width + spacing), 1, most_columns);
    QString arrangement = QString::number(columns);
    for (const Chart* chart : shown) arrangement += "|" + chart->objectName();
    if (arrangement == m_arrangement) return;
    m_arrangement = arrangement;
    for (Chart* chart : m_charts) {
        m_layout->removeWidget(chart);
        if (std::ranges::find(shown, chart) == shown.end()) chart->hide();
    }
    for (int column = 0; column < most_columns; ++column)
        m_layout->setColumnStretch(column, column < columns ? 1 : 0);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const int row = static_cast<int>(i) / columns;
        shown[i]->setMinimumHeight(chart_height);
        m_layout->addWidget(shown[i], row, static_cast<int>(i) % columns);
        shown[i]->show();
    }
}

void ChartGrid::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

}  // namespace plumb::ui
