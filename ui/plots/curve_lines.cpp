// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_lines.h"

#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "analysis/smoothing.h"
#include "common/line_pattern.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr double line_width = 1.6, overlaid_width = 1.2, group_width = 1.8;
constexpr double raw_opacity = 0.30, band_opacity = 0.16;
/// So few points, as of an evaluation, are shown as points too.
constexpr std::size_t few_points = 25;
/// What the schedule says: an average would show what never was.
constexpr std::string_view exact_key = "learning_rate";
constexpr const char* bands_layer = "bands";

void fill(QCPCurve* curve, const DrawnCurve& drawn) {
    QVector<QCPCurveData> data;
    data.reserve(static_cast<qsizetype>(drawn.steps.size()));
    for (std::size_t i = 0; i < drawn.steps.size(); ++i)
        data.append({static_cast<double>(i), drawn.places[i], drawn.values[i]});
    curve->data()->set(data, true);
}

QCPCurve* makeCurve(QCustomPlot& plot) {
    auto* curve = new QCPCurve(plot.xAxis, plot.yAxis);
    curve->setSelectable(QCP::stNone);
    curve->removeFromLegend();
    return curve;
}

QCPLayer* bandsLayer(QCustomPlot& plot) {
    if (!plot.layer(bands_layer))
        plot.addLayer(bands_layer, plot.layer("main"), QCustomPlot::limBelow);
    return plot.layer(bands_layer);
}

}  // namespace

CurveLines::CurveLines(QCustomPlot& plot, std::string key, Look look)
    : m_key(std::move(key)),
      m_look(std::move(look)),
      m_raw(makeCurve(plot)),
      m_line(makeCurve(plot)) {
    if (!m_look.band) return;
    m_band = makeCurve(plot);
    m_band->setLayer(bandsLayer(plot));
    m_band->setPen(Qt::NoPen);
}

QColor CurveLines::colour(const QPalette& palette) const {
    return m_look.overlaid ? overlayColour(*m_look.overlaid, palette)
                           : curveColour(m_look.style.colour, palette);
}

void CurveLines::setVisible(bool visible) {
    m_line->setVisible(visible);
    if (m_band) m_band->setVisible(visible);
    m_raw->setVisible(visible && m_raw->visible());
    if (!visible) m_drawn = {};
}

void CurveLines::remove() {
    for (QCPCurve* curve : {m_raw, m_line, m_band})
        if (curve) curve->parentPlot()->removePlottable(curve);
}

void CurveLines::setColours(const QPalette& palette) {
    QColor faint = colour(palette);
    faint.setAlphaF(raw_opacity);
    m_raw->setPen(QPen(faint, 1));
    QPen pen(colour(palette), !m_look.overlaid           ? line_width
                              : m_look.overlaid->isGroup ? group_width
                                                         : overlaid_width);
    if (m_look.overlaid)
        setPattern(pen, line_patterns.at(m_look.overlaid->style.pattern));
    else if (m_look.style.dashed)
        pen.setDashPattern({3, 2});
    m_line->setPen(pen);
    if (!m_band) return;
    faint.setAlphaF(band_opacity);
    m_band->setBrush(faint);
}

const std::vector<MetricPoint>& CurveLines::smoothed(const RunSeries& series,
                                                     const std::string& key, double weight,
                                                     Smoothed& cache) {
    if (weight == 0) return series.points(key);
    if (cache.revision != series.revision(key) || cache.weight != weight)
        cache = {smooth(series.points(key), weight), series.revision(key), weight};
    return cache.points;
}

void CurveLines::update(const RunSeries& series, const XScale& scale, const PlotView& view,
                        std::optional<double> smoothing) {
    const auto& points = series.points(m_key);
    m_weight = m_key == exact_key ? 0.0 : smoothing.value_or(default_smoothing(points.size()));
    m_drawn = drawnCurve(smoothed(series, m_key, m_weight, m_smoothed), scale, view);
    fill(m_line, m_drawn);
    const bool few = m_drawn.steps.size() <= few_points;
    m_line->setScatterStyle(few ? QCPScatterStyle(QCPScatterStyle::ssDisc, 4)
                                : QCPScatterStyle::ssNone);
    const bool raw = m_weight > 0 && !m_look.overlaid;
    m_raw->setVisible(raw);
    if (raw) fill(m_raw, drawnCurve(points, scale, view));
    if (!m_band) return;
    DrawnCurve outline =
        drawnCurve(smoothed(series, m_look.band->low, m_weight, m_low), scale, view);
    const DrawnCurve upper =
        drawnCurve(smoothed(series, m_look.band->high, m_weight, m_high), scale, view);
    for (std::size_t i = upper.steps.size(); i-- > 0;) {
        outline.steps.push_back(upper.steps[i]);
        outline.places.push_back(upper.places[i]);
        outline.values.push_back(upper.values[i]);
    }
    // A polygon has no gaps.
    DrawnCurve closed;
    for (std::size_t i = 0; i < outline.steps.size(); ++i) {
        if (std::isnan(outline.values[i])) continue;
        closed.steps.push_back(outline.steps[i]);
        closed.places.push_back(outline.places[i]);
        closed.values.push_back(outline.values[i]);
    }
    fill(m_band, closed);
}

std::uint64_t CurveLines::revision(const RunSeries& series) const {
    std::uint64_t newest = series.revision(m_key);
    if (m_look.band)
        newest = std::max(
            {newest, series.revision(m_look.band->low), series.revision(m_look.band->high)});
    return newest;
}

void CurveLines::collectValues(const RunSeries& series, const XScale& scale, const PlotView& view,
                               bool all, std::vector<double>& values) const {
    if (all) {
        const auto& points = series.points(m_key);
        const auto [begin, end] = visibleRange(points, scale, view.first, view.last);
        for (std::size_t i = begin; i < end; ++i) {
            const double place = scale.at(points[i].step);
            if (place >= view.first && place <= view.last) values.push_back(points[i].value);
        }
        return;
    }
    for (const QCPCurve* curve : {m_raw, m_line, m_band}) {
        if (!curve || !curve->visible()) continue;
        for (const QCPCurveData& point : *curve->data())
            if (point.key >= view.first && point.key <= view.last) values.push_back(point.value);
    }
}

std::optional<CurveLines::Nearest> CurveLines::nearestTo(const QPointF& pixel) const {
    std::optional<Nearest> nearest;
    for (std::size_t i = 0; i < m_drawn.steps.size(); ++i) {
        const QPointF at = m_line->coordsToPixels(m_drawn.places[i], m_drawn.values[i]);
        const double distance = std::hypot(at.x() - pixel.x(), at.y() - pixel.y());
        if (std::isfinite(distance) && (!nearest || distance < nearest->distance))
            nearest = {m_drawn.steps[i], distance};
    }
    return nearest;
}

std::optional<double> CurveLines::lineAt(const RunSeries& series, std::int64_t step) const {
    const auto value = valueAt(m_weight > 0 ? m_smoothed.points : series.points(m_key), step);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

}  // namespace plumb::ui
