// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_plot.h"

#include <algorithm>
#include <cmath>

#include "analysis/ticks.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/cursor_item.h"
#include "plots/mark_strip.h"
#include "plots/tickers.h"

namespace plumb::ui {
namespace {

/// A logarithmic axis shows so much below its top where there is nothing above 0.
constexpr double log_room = 1e-4;

std::vector<CurveLines> curvesOf(QCustomPlot& plot, const ChartSetup& setup,
                                 const QString& algorithm) {
    const std::vector<std::string>& keys = setup.group.keys;
    const std::vector<SeriesStyle> styles = series_styles(toStd(algorithm), keys);
    const std::vector<std::string> names = curve_names(toStd(algorithm), keys);
    std::vector<CurveLines> curves;
    for (std::size_t i = 0; i < keys.size(); ++i)
        curves.emplace_back(plot, keys[i],
                            CurveLines::Look{.name = toQString(names[i]),
                                             .style = styles[i],
                                             .band = shown_band(setup.group, i)});
    return curves;
}

}  // namespace

ChartPlot::ChartPlot(const ChartSetup& setup, const QString& algorithm, const RunSeries& series,
                     QWidget* parent)
    : QCustomPlot(parent),
      m_series(series),
      m_ofPhase(is_phase_metric(setup.group.keys.front())),
      m_curves(curvesOf(*this, setup, algorithm)),
      m_logarithmic(setup.logarithmic),
      m_clipsOutliers(setup.clipsOutliers) {
    makeAxes();
    m_strip = new MarkStrip(this);
    m_cursor = new CursorItem(this);
    setValueAxis(m_logarithmic, m_clipsOutliers);
    connectMouse();
    applyColours();
}

void ChartPlot::makeAxes() {
    setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
    setNoAntialiasingOnDrag(true);
    setInteractions(QCP::iRangeDrag);
    setFocusPolicy(Qt::NoFocus);
    setContextMenuPolicy(Qt::NoContextMenu);
    axisRect()->setRangeDrag(Qt::Horizontal);
    axisRect()->setupFullAxesBox(false);
    axisRect()->setMinimumMargins(QMargins(38, mark_room, 14, 20));
    for (QCPAxis* axis : {xAxis2, yAxis2}) axis->setVisible(false);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setSubTicks(false);
        axis->setNumberFormat("g");
        axis->setTickLength(0, 0);
        axis->setTickLabelFont(smallFont());
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    xAxis->grid()->setVisible(false);
    updateTickers();
}

const XScale& ChartPlot::scale() const { return m_ofPhase ? m_steps : m_series.scale(); }

void ChartPlot::setValueAxis(bool logarithmic, bool clipsOutliers) {
    m_logarithmic = logarithmic;
    m_clipsOutliers = clipsOutliers;
    m_yIsFree = false;
    yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    updateTickers();
    m_dirty = true;
}

void ChartPlot::setChartsView(const ChartsView& view) {
    if (m_view == view) return;
    m_view = view;
    xAxis->setScaleType(view.logarithmicX ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    updateTickers();
    m_dirty = true;
}

void ChartPlot::updateTickers() {
    QSharedPointer<ShortTicker> values = QSharedPointer<ShortTicker>::create();
    if (m_logarithmic) values = QSharedPointer<LogTicker>::create();
    values->setTickCount(4);
    yAxis->setTicker(values);
    QSharedPointer<ShortTicker> places;
    m_axis = scale().axis();
    switch (m_axis) {
        case XAxis::step: places = QSharedPointer<StepTicker>::create(); break;
        case XAxis::time: places = QSharedPointer<TimeTicker>::create(); break;
        case XAxis::tokens:
        case XAxis::flops:
        case XAxis::kl: places = QSharedPointer<ShortTicker>::create(); break;
    }
    if (m_view.logarithmicX) places = QSharedPointer<LogTicker>::create();
    places->setTickCount(4);
    xAxis->setTicker(places);
}

void ChartPlot::setMarks(std::vector<ChartMark> marks) {
    m_strip->setMarks(std::move(marks));
    m_dirty = true;
}

void ChartPlot::setCrosshair(std::optional<std::int64_t> step) {
    if (m_crosshair == step) return;
    m_crosshair = step;
    m_cursorDirty = true;
}

void ChartPlot::setTagged(bool tagged) {
    m_cursorDirty = m_cursorDirty || m_tagged != tagged;
    m_tagged = tagged;
}

void ChartPlot::setXRange(double first, double last) {
    if (m_first == first && m_last == last) return;
    m_first = first;
    m_last = last;
    m_dirty = true;
}

void ChartPlot::followValues() {
    m_yIsFree = false;
    m_dirty = true;
}

void ChartPlot::zoomX(double factor) { xAxis->scaleRange(factor); }

void ChartPlot::panX(double share) {
    const QCPRange range = xAxis->range();
    if (!m_view.logarithmicX) {
        xAxis->moveRange(range.size() * share);
        return;
    }
    const double factor = std::pow(range.upper / range.lower, share);
    xAxis->setRange(range.lower * factor, range.upper * factor);
}

void ChartPlot::zoomY(double factor) {
    zoomYAround(factor, yAxis->pixelToCoord(axisRect()->center().y()));
}

void ChartPlot::zoomYAround(double factor, double value) {
    m_yIsFree = true;
    yAxis->scaleRange(factor, value);
    replot(rpQueuedRefresh);
}

PlotView ChartPlot::plotView() const {
    return {m_first, m_last, std::max(50, axisRect()->width()), m_view.logarithmicX, m_logarithmic};
}

bool ChartPlot::redraw() {
    std::uint64_t newest = m_ofPhase ? 0 : m_series.scaleRevision();
    for (const CurveLines& curve : m_curves) newest = std::max(newest, curve.revision(m_series));
    const bool changed = m_dirty || newest > m_drawn;
    if (changed) {
        m_drawn = newest;
        m_dirty = false;
        if (scale().axis() != m_axis) updateTickers();
        m_settingRange = true;
        xAxis->setRange(m_first, m_last);
        m_settingRange = false;
        drawCurves();
        m_strip->setScale(scale());
        drawCursor();
        replot(rpQueuedRefresh);
    } else if (m_cursorDirty) {
        drawCursor();
        layer("cursor")->replot();
    }
    return std::exchange(m_cursorDirty, false) || changed;
}

void ChartPlot::drawCurves() {
    const PlotView view = plotView();
    for (auto& [overlay, lines] : m_overlays) {
        // Steps of a run that has not recorded what the axis is made of mean nothing on it.
        const bool comparable = isOverSameAxis(*overlay);
        lines.setVisible(comparable);
        if (comparable) lines.update(overlay->series, scaleOf(*overlay), view, m_view.smoothing);
    }
    for (CurveLines& curve : m_curves) curve.update(m_series, scale(), view, m_view.smoothing);
    updateYRange(view);
}

void ChartPlot::updateYRange(const PlotView& view) {
    if (m_yIsFree) return;
    std::vector<double> values;
    for (const CurveLines& curve : m_curves)
        curve.collectValues(m_series, scale(), view, m_clipsOutliers, values);
    for (const auto& [overlay, lines] : m_overlays)
        if (isOverSameAxis(*overlay))
            lines.collectValues(overlay->series, scaleOf(*overlay), view, m_clipsOutliers, values);
    if (const auto range = valueRange(std::move(values), m_clipsOutliers, m_logarithmic))
        yAxis->setRange(range->low, range->high);
    else if (m_logarithmic)
        yAxis->setRange(log_room, 1);
}

void ChartPlot::drawCursor() {
    if (!m_crosshair) {
        m_cursor->set(std::nullopt, {}, {});
        return;
    }
    std::vector<CursorItem::Dot> dots;
    for (const CurveLines& curve : m_curves)
        if (const auto value = curve.lineAt(m_series, *m_crosshair))
            dots.push_back({*value, curve.colour(palette())});
    for (const auto& [overlay, lines] : m_overlays)
        if (const auto step = crosshairIn(*overlay))
            if (const auto value = lines.lineAt(overlay->series, *step))
                dots.push_back({*value, lines.colour(palette()),
                                hasScatteredCrosshair() ? std::optional(scaleOf(*overlay).at(*step))
                                                        : std::nullopt});
    m_cursor->set(hasScatteredCrosshair() ? std::nullopt : std::optional(scale().at(*m_crosshair)),
                  std::move(dots), m_tagged ? tagText() : QString());
}

QString ChartPlot::tagText() const {
    const double place = scale().at(*m_crosshair);
    const QString step = QString("step %1").arg(*m_crosshair);
    QString text;
    switch (scale().axis()) {
        case XAxis::step: return step;
        case XAxis::time:
            text = toQString(short_time(place, m_last - m_first < 20 ? 0.1 : 1));
            break;
        case XAxis::tokens: text = toQString(short_number(place)) + " tokens"; break;
        case XAxis::flops: text = toQString(short_number(place)) + " FLOPs"; break;
        case XAxis::kl:
            if (m_series.isFrame()) return step;
            text = "KL " + toQString(short_number(place));
            break;
    }
    // The curves that a frame is of are at other steps there, each at its own.
    return m_series.isFrame() ? text : text + ", " + step;
}

QString ChartPlot::tag() const { return m_cursor->tag(); }

QString ChartPlot::markText() const {
    if (!m_crosshair) return {};
    return m_strip->textAt(xAxis->coordToPixel(scale().at(*m_crosshair)));
}

QPoint ChartPlot::markPoint() const {
    const double x = m_crosshair ? xAxis->coordToPixel(scale().at(*m_crosshair)) : 0;
    return {static_cast<int>(x), axisRect()->top()};
}

void ChartPlot::applyColours() {
    setBackground(QBrush(panelColour(palette())));
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(lineColour(palette()), 1));
        axis->setTickLabelColor(mutedColour(palette()));
        axis->grid()->setPen(QPen(lineColour(palette()), 1));
    }
    for (CurveLines& curve : m_curves) curve.setColours(palette());
    for (auto& [overlay, lines] : m_overlays) lines.setColours(palette());
    m_strip->setColours(palette());
    m_cursor->setColours(palette());
    m_dirty = true;
}

void ChartPlot::changeEvent(QEvent* event) {
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_cursor) applyColours();
}

void ChartPlot::resizeEvent(QResizeEvent* event) {
    // Not QCustomPlot's own, which draws at once: laying a page out resizes a chart several times.
    QWidget::resizeEvent(event);
    setViewport(rect());
    m_dirty = true;
    replot(rpQueuedReplot);
}

}  // namespace plumb::ui
