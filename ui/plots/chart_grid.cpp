// SPDX-License-Identifier: GPL-3.0-or-later
// The data of the charts, and what links them.
#include "plots/chart_grid.h"

#include <algorithm>
#include <cmath>

#include <QElapsedTimer>
#include <QGridLayout>

#include "common/text.h"
#include "plots/chart_drag.h"
#include "plots/no_charts.h"

namespace plumb::ui {
namespace {

constexpr int frame_ms = 33;
/// After so long other events have their turn.
constexpr int drawing_ms = 6;
constexpr int spacing = 8;
constexpr double fewest_steps = 10;
constexpr double room = 1.02;

/// What shows the whole run up to the step.
std::pair<double, double> wholeRange(const XScale& scale, std::int64_t lastStep, bool logarithmic) {
    if (scale.axis() == XAxis::kl) {
        const double margin = std::max((scale.highest() - scale.lowest()) * (room - 1), 1e-6);
        if (!logarithmic) return {scale.lowest() - margin, scale.highest() + margin};
        const double high = std::max(scale.highest(), 1e-6);
        return {scale.lowest() > 0 ? scale.lowest() : high / 1e3, high};
    }
    double last = scale.at(lastStep) * room;
    if (scale.axis() == XAxis::step) last = std::max(fewest_steps, std::ceil(last));
    if (!(last > 0)) last = 1;
    if (!logarithmic) return {0, last};
    const double first = scale.at(1);
    return {first > 0 && first < last ? first : last / 1e3, last};
}

/// The last step of the training; phases before it count steps of their own.
std::int64_t lastUpdate(const RunSeries& series) {
    std::int64_t last = 0;
    for (const std::string& key : series.keys())
        if (const auto& points = series.points(key); !is_phase_metric(key) && !points.empty())
            last = std::max(last, points.back().step);
    return last;
}

bool tellsMarks(const std::string& key) {
    return is_phase_metric(key) || key == "non_finite_skipped";
}

}  // namespace

ChartGrid::ChartGrid(QWidget* parent, const QString& keptAs)
    : QScrollArea(parent), m_keptAs(keptAs), m_view(keptView(keptAs)) {
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
    m_nothing = makeNoCharts([this] { Q_EMIT chooseRequested(nullptr); },
                             [this] { resetArrangement(); }, m_page);
    m_nothing->hide();
    m_drag = new ChartDrag(this, [this] { return m_shown; });
    connect(m_drag, &ChartDrag::dropped, this, &ChartGrid::moveChart);
    m_series.setAxis(m_view.axis, m_view.smoothing);
    m_frames.setInterval(frame_ms);
    connect(&m_frames, &QTimer::timeout, this, &ChartGrid::redrawSome);
    m_frames.start();
}

void ChartGrid::connectChart(Chart* chart) {
    connect(chart, &Chart::crosshairMoved, this, [this, chart](std::optional<std::int64_t> step) {
        if (chart->phase().empty() && !step) step = m_shownStep;
        for (Chart* each : m_charts)
            if (isLinked(each, chart)) each->setCrosshair(step);
    });
    if (chart->phase().empty()) {
        connect(chart, &Chart::stepClicked, this, &ChartGrid::stepClicked);
        connect(chart, &Chart::samplesRequested, this, &ChartGrid::samplesRequested);
        connect(chart, &Chart::xRangeChosen, this, &ChartGrid::chooseRange);
    } else {
        // Its steps are its own: a range is chosen for it alone.
        connect(chart, &Chart::xRangeChosen, chart, &Chart::setXRange);
    }
    connect(chart, &Chart::followRequested, this, &ChartGrid::follow);
    connect(chart, &Chart::viewChosen, this, &ChartGrid::setView);
    connect(chart, &Chart::setupChanged, this, &ChartGrid::keep);
    connect(chart, &Chart::wished, this,
            [this, chart](Chart::Wish wish) { carryOut(chart, wish); });
}

void ChartGrid::showRun(const QString& algorithm, const std::vector<ChartGroup>& groups,
                        std::map<std::string, QString> emptyTexts) {
    m_emptyTexts = std::move(emptyTexts);
    m_algorithm = algorithm;
    m_default = arrangementOf(groups);
    m_history.clear();
    m_series.clear();
    m_settings.reset();
    m_marks.clear();
    m_shownStep.reset();
    m_enlarged = nullptr;
    // Charts of another run have its algorithm's colours.
    build({});
    if (!groups.empty()) build(keptArrangement(algorithm).value_or(m_default));
    follow();
    arrange();
    Q_EMIT arrangementChanged();
}

void ChartGrid::setSettings(const Settings& settings) {
    m_settings = settings;
    updateMarks();
}

void ChartGrid::setMetrics(const std::map<std::string, std::vector<MetricPoint>>& metrics) {
    m_series.clear();
    for (const auto& [key, points] : metrics) m_series.set(key, points);
    updateMarks();
    arrange();
    Q_EMIT arrangementChanged();
}

void ChartGrid::append(std::int64_t step, const Metrics& metrics) {
    bool isNew = false, marks = false;
    for (const auto& [key, value] : metrics) {
        isNew = isNew || !m_series.has(key);
        marks = marks || tellsMarks(key);
    }
    m_series.append(step, metrics);
    if (marks) updateMarks();
    arrange();
    if (isNew) Q_EMIT arrangementChanged();
}

void ChartGrid::setMarks(std::vector<ChartMark> marks) {
    m_marks = std::move(marks);
    updateMarks();
}

void ChartGrid::updateMarks() {
    const MetricReader reader = m_series.reader();
    const std::vector<ChartMark> all =
        merged_marks({m_settings ? phase_marks(*m_settings, reader) : std::vector<ChartMark>{},
                      m_marks, alert_marks(reader)});
    for (Chart* chart : m_charts)
        if (chart->phase().empty()) chart->setMarks(all);
}

void ChartGrid::setShownStep(std::optional<std::int64_t> step) {
    m_shownStep = step;
    for (Chart* chart : m_charts)
        if (chart->phase().empty()) chart->setCrosshair(step);
}

void ChartGrid::setView(const ChartsView& view) {
    if (view == m_view) return;
    const bool otherPlaces = view.axis != m_view.axis || view.logarithmicX != m_view.logarithmicX;
    m_view = view;
    keepView(view, m_keptAs);
    m_series.setAxis(view.axis, view.smoothing);
    for (const auto& overlay : m_overlays) overlay->series.setAxis(view.axis, view.smoothing);
    for (Chart* chart : m_charts) chart->setChartsView(view);
    if (otherPlaces) follow();
    Q_EMIT viewChanged();
}

void ChartGrid::setRange(double first, double last) {
    for (Chart* chart : m_charts)
        if (chart->phase().empty()) chart->setXRange(first, last);
}

void ChartGrid::chooseRange(double first, double last) {
    if (m_following) {
        m_following = false;
        Q_EMIT followingChanged(false);
    }
    setRange(first, last);
}

void ChartGrid::showSteps(qint64 first, qint64 last) {
    const auto [from, to] = std::minmax({m_series.scale().at(first), m_series.scale().at(last)});
    const double room = std::max((to - from) * 0.05, m_view.axis == XAxis::step ? 2.0 : 0.0);
    chooseRange(std::max(0.0, from - room), to + room);
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
        if (chart->phase().empty()) {
            last = std::max(last, chart->lastStep());
            continue;
        }
        const auto [low, high] = wholeRange(chart->scale(), chart->lastStep(), m_view.logarithmicX);
        chart->setXRange(low, high);
    }
    auto [low, high] = wholeRange(m_series.scale(), last, m_view.logarithmicX);
    for (const auto& overlay : m_overlays) {
        const XScale& scale = overlay->series.scale();
        const std::int64_t end = lastUpdate(overlay->series);
        if (scale.axis() != m_series.scale().axis() || end == 0) continue;
        const auto [from, to] = wholeRange(scale, end, m_view.logarithmicX);
        low = std::min(low, from);
        high = std::max(high, to);
    }
    setRange(low, high);
}

void ChartGrid::redrawNow() {
    if (m_following) followData();
    for (Chart* chart : m_charts)
        if (!chart->visibleRegion().isEmpty()) chart->redraw();
}

void ChartGrid::redrawSome() {
    if (m_following) followData();
    QElapsedTimer time;
    time.start();
    if (m_nextDrawn >= m_charts.size()) m_nextDrawn = 0;
    for (std::size_t i = 0; i < m_charts.size(); ++i) {
        Chart* chart = m_charts[m_nextDrawn];
        m_nextDrawn = (m_nextDrawn + 1) % m_charts.size();
        if (!chart->visibleRegion().isEmpty()) chart->redraw();
        if (time.elapsed() < drawing_ms || i + 1 == m_charts.size()) continue;
        QTimer::singleShot(0, this, &ChartGrid::redrawSome);
        return;
    }
}

void ChartGrid::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

}  // namespace plumb::ui
