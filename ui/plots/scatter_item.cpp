// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/scatter_item.h"

#include <cmath>

#include "analysis/label_places.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr double radius = 4, ring = 7, cap = 3;
constexpr double line_opacity = 0.6;

}  // namespace

ScatterItem::ScatterItem(QCustomPlot* plot, const ScatterSpec& spec)
    : QCPAbstractItem(plot), m_spec(spec) {
    setClipToAxisRect(true);
    setSelectable(false);
    setLayer("main");
}

bool ScatterItem::canShow(const ScatterPoint& point) const {
    return std::isfinite(point.x) && std::isfinite(point.y) &&
           (!m_spec.logarithmic_x || point.x > 0);
}

QPointF ScatterItem::pixelOf(const ScatterPoint& point) const {
    return {mParentPlot->xAxis->coordToPixel(point.x), mParentPlot->yAxis->coordToPixel(point.y)};
}

QColor ScatterItem::colourOf(const ScatterSeries& series, const ScatterPoint& point) const {
    return curveColour(point.colour.empty() ? series.colour : point.colour, m_palette);
}

void ScatterItem::draw(QCPPainter* painter) {
    painter->setAntialiasing(true);
    for (const ScatterSeries& series : m_spec.series) drawLine(painter, series);
    for (const ScatterSeries& series : m_spec.series) drawBars(painter, series);
    for (const ScatterSeries& series : m_spec.series) drawPoints(painter, series);
    drawLabels(painter);
}

void ScatterItem::drawLine(QCPPainter* painter, const ScatterSeries& series) const {
    if (!series.is_joined) return;
    QPolygonF line;
    for (const ScatterPoint& point : series.points)
        if (canShow(point)) line << pixelOf(point);
    QColor colour = curveColour(series.colour, m_palette);
    colour.setAlphaF(line_opacity);
    QPen pen(colour, 1.4);
    if (series.is_hollow) pen.setDashPattern({3, 2});
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawPolyline(line);
}

void ScatterItem::drawBars(QCPPainter* painter, const ScatterSeries& series) const {
    const QCPAxis *x = mParentPlot->xAxis, *y = mParentPlot->yAxis;
    for (const ScatterPoint& point : series.points) {
        if (!canShow(point)) continue;
        painter->setPen(QPen(colourOf(series, point), 1));
        const QPointF at = pixelOf(point);
        if (point.x_interval) {
            const bool cut = m_spec.logarithmic_x && point.x_interval->low <= 0;
            const double low =
                cut ? mParentPlot->axisRect()->left() : x->coordToPixel(point.x_interval->low);
            const double high = x->coordToPixel(point.x_interval->high);
            painter->drawLine(QLineF(low, at.y(), high, at.y()));
            for (const double end : {low, high})
                painter->drawLine(QLineF(end, at.y() - cap, end, at.y() + cap));
        }
        if (point.y_interval) {
            const double low = y->coordToPixel(point.y_interval->low);
            const double high = y->coordToPixel(point.y_interval->high);
            painter->drawLine(QLineF(at.x(), low, at.x(), high));
            for (const double end : {low, high})
                painter->drawLine(QLineF(at.x() - cap, end, at.x() + cap, end));
        }
    }
}

void ScatterItem::drawPoints(QCPPainter* painter, const ScatterSeries& series) const {
    for (const ScatterPoint& point : series.points) {
        if (!canShow(point)) continue;
        const QColor colour = colourOf(series, point), panel = panelColour(m_palette);
        const QPointF at = pixelOf(point);
        if (point.source == m_current) {
            painter->setPen(QPen(accentColour(m_palette), 2));
            painter->setBrush(Qt::NoBrush);
            painter->drawEllipse(at, ring, ring);
        }
        painter->setPen(series.is_hollow ? QPen(colour, 1.5) : QPen(panel, 1));
        painter->setBrush(series.is_hollow ? panel : colour);
        painter->drawEllipse(at, radius, radius);
    }
}

void ScatterItem::drawLabels(QCPPainter* painter) const {
    painter->setFont(smallFont());
    painter->setPen(textColour(m_palette));
    const QFontMetricsF metrics(painter->font());
    std::vector<LabelWish> wishes;
    std::vector<QString> texts;
    const QRectF area = mParentPlot->axisRect()->rect();
    for (const ScatterSeries& series : m_spec.series)
        for (const ScatterPoint& point : series.points) {
            if (!canShow(point) || !area.contains(pixelOf(point))) continue;
            const QPointF at = pixelOf(point);
            texts.push_back(toQString(point.label));
            wishes.push_back(
                {at.x(), at.y(), metrics.horizontalAdvance(texts.back()), metrics.height() - 2});
        }
    const auto places =
        place_labels(wishes, {area.left(), area.top(), area.width(), area.height()}, radius + 1);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i])
            painter->drawText(QPointF(places[i]->left, places[i]->bottom() - metrics.descent()),
                              texts[i]);
}

}  // namespace plumb::ui
