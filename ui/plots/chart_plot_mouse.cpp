// SPDX-License-Identifier: GPL-3.0-or-later
// What the mouse does in the axes of a chart.
#include <algorithm>
#include <cmath>
#include <limits>

#include <QToolTip>

#include "common/text.h"
#include "plots/chart_plot.h"
#include "plots/mark_strip.h"

namespace plumb::ui {
namespace {

constexpr double zoom_factor = 0.8;
constexpr double click_pixels = 4;
/// So far below the top edge a mark still shows its text.
constexpr int mark_reach = 14;

}  // namespace

void ChartPlot::connectMouse() {
    connect(xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this](const QCPRange& range) {
                if (!m_settingRange) Q_EMIT rangeChosen(range.lower, range.upper);
            });
    connect(this, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (event->button() == Qt::LeftButton) m_pressedAt = event->position();
    });
    connect(this, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const auto pressed = std::exchange(m_pressedAt, std::nullopt);
        if (!pressed || std::abs(pressed->x() - event->position().x()) > click_pixels) return;
        const std::int64_t step = stepAt(event->position());
        if (event->modifiers() & Qt::ControlModifier)
            Q_EMIT samplesRequested(step, metricAt(event->position()));
        else
            Q_EMIT clicked(step);
    });
    connect(this, &QCustomPlot::mouseDoubleClick, this, [this] { Q_EMIT followRequested(); });
    connect(this, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() == Qt::NoButton) Q_EMIT hovered(stepAt(event->position()));
        if (event->position().y() > axisRect()->top() + mark_reach) return;
        if (const QString text = m_strip->textAt(event->position().x()); !text.isEmpty())
            QToolTip::showText(event->globalPosition().toPoint(), text, this);
    });
    connect(this, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) {
        event->accept();
        // With Alt, which some desktops take Shift and wheel for, the turn lies in x.
        const QPoint turn = event->angleDelta();
        const double turns = (turn.y() != 0 ? turn.y() : turn.x()) / 120.0;
        const double factor = std::pow(zoom_factor, turns);
        if (event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier))
            zoomYAround(factor, yAxis->pixelToCoord(event->position().y()));
        else
            xAxis->scaleRange(factor, xAxis->pixelToCoord(event->position().x()));
    });
}

std::int64_t ChartPlot::stepAt(const QPointF& pixel) const {
    if (scale().is_monotone()) {
        const double place = xAxis->pixelToCoord(pixel.x());
        return std::llround(std::max(0.0, scale().step_at(place)));
    }
    // On an axis that goes back and forth a place has several steps: the nearest point's counts.
    std::optional<CurveLines::Nearest> nearest;
    for (const CurveLines& curve : m_curves) {
        const auto found = curve.nearestTo(pixel);
        if (found && (!nearest || found->distance < nearest->distance)) nearest = found;
    }
    if (m_series.isFrame())
        for (const auto& [overlay, lines] : m_overlays) {
            const auto found = lines.nearestTo(pixel);
            if (found && (!nearest || found->distance < nearest->distance)) nearest = found;
        }
    return nearest ? nearest->step : 0;
}

QString ChartPlot::metricAt(const QPointF& pixel) const {
    const CurveLines* nearest = m_curves.empty() ? nullptr : &m_curves.front();
    double distance = std::numeric_limits<double>::infinity();
    for (const CurveLines& curve : m_curves) {
        const auto found = curve.nearestTo(pixel);
        if (!found || found->distance >= distance) continue;
        distance = found->distance;
        nearest = &curve;
    }
    return nearest ? toQString(nearest->key()) : QString();
}

void ChartPlot::leaveEvent(QEvent* event) {
    QCustomPlot::leaveEvent(event);
    Q_EMIT hovered(std::nullopt);
}

}  // namespace plumb::ui
