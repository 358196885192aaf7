// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/frontier_canvas.h"

#include <cmath>

#include "common/text.h"
#include "common/theme.h"
#include "plots/scatter_item.h"
#include "plots/tickers.h"

namespace plumb::ui {
namespace {

constexpr double reach = 9, click_pixels = 4, zoom_factor = 0.8, room = 0.04;

}  // namespace

FrontierCanvas::FrontierCanvas(QWidget* parent) : QCustomPlot(parent) {
    setObjectName("frontierCanvas");
    m_item = new ScatterItem(this, m_spec);
    makeAxes();
    connectMouse();
    applyColours();
}

void FrontierCanvas::makeAxes() {
    setPlottingHints(QCP::phCacheLabels);
    setInteractions(QCP::iRangeDrag);
    setFocusPolicy(Qt::NoFocus);
    setContextMenuPolicy(Qt::NoContextMenu);
    axisRect()->setupFullAxesBox(false);
    axisRect()->setMinimumMargins(QMargins(38, 6, 14, 34));
    for (QCPAxis* axis : {xAxis2, yAxis2}) axis->setVisible(false);
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setSubTicks(false);
        axis->setNumberFormat("g");
        axis->setTickLength(0, 0);
        axis->setTickLabelFont(smallFont());
        axis->setLabelFont(smallFont());
        axis->setLabelPadding(2);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        auto ticker = QSharedPointer<ShortTicker>::create();
        ticker->setTickCount(4);
        axis->setTicker(ticker);
    }
    xAxis->grid()->setVisible(false);
}

void FrontierCanvas::connectMouse() {
    for (QCPAxis* axis : {xAxis, yAxis})
        connect(axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
            if (!m_settingRange) m_following = false;
        });
    connect(this, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (event->button() == Qt::LeftButton) m_pressedAt = event->position();
    });
    connect(this, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const auto pressed = std::exchange(m_pressedAt, std::nullopt);
        if (!pressed || (*pressed - event->position()).manhattanLength() > click_pixels) return;
        if (const auto source = pointAt(event->position())) Q_EMIT clicked(*source);
    });
    connect(this, &QCustomPlot::mouseDoubleClick, this, [this] { follow(); });
    connect(this, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() != Qt::NoButton) return;
        const auto source = pointAt(event->position());
        setCursor(source ? Qt::PointingHandCursor : Qt::ArrowCursor);
        Q_EMIT hovered(source);
    });
    connect(this, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) {
        event->accept();
        const QPoint turn = event->angleDelta();
        const double turns = (turn.y() != 0 ? turn.y() : turn.x()) / 120.0;
        const double factor = std::pow(zoom_factor, turns);
        if (event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier))
            yAxis->scaleRange(factor, yAxis->pixelToCoord(event->position().y()));
        else
            xAxis->scaleRange(factor, xAxis->pixelToCoord(event->position().x()));
        replot(rpQueuedRefresh);
    });
}

void FrontierCanvas::setSpec(ScatterSpec spec) {
    const bool other = spec.logarithmic_x != m_spec.logarithmic_x || spec.y_label != m_spec.y_label;
    m_spec = std::move(spec);
    xAxis->setLabel(toQString(m_spec.x_label));
    yAxis->setLabel(QString());
    auto ticker = m_spec.logarithmic_x
                      ? QSharedPointer<ShortTicker>(QSharedPointer<LogTicker>::create())
                      : QSharedPointer<ShortTicker>::create();
    ticker->setTickCount(5);
    xAxis->setTicker(ticker);
    m_settingRange = true;
    xAxis->setScaleType(m_spec.logarithmic_x ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_settingRange = false;
    if (other) m_following = true;
    if (m_following) setRanges();
    replot(rpQueuedRefresh);
}

void FrontierCanvas::setRanges() {
    const auto axes = scatter_axes(m_spec);
    if (!axes) return;
    m_settingRange = true;
    const double width = axes->x.maximum - axes->x.minimum;
    const double height = axes->y.maximum - axes->y.minimum;
    // Points at the edges are whole.
    if (m_spec.logarithmic_x)
        xAxis->setRange(axes->x.minimum / (1 + room), axes->x.maximum * (1 + room));
    else
        xAxis->setRange(axes->x.minimum - width * room, axes->x.maximum + width * room);
    yAxis->setRange(axes->y.minimum - height * room, axes->y.maximum + height * room);
    m_settingRange = false;
}

void FrontierCanvas::setCurrent(std::optional<std::size_t> source) {
    m_item->setCurrent(source);
    replot(rpQueuedRefresh);
}

void FrontierCanvas::follow() {
    m_following = true;
    setRanges();
    replot(rpQueuedRefresh);
}

void FrontierCanvas::zoom(double factor) {
    xAxis->scaleRange(factor);
    yAxis->scaleRange(factor);
    replot(rpQueuedRefresh);
}

std::optional<QPointF> FrontierCanvas::pixelOf(std::size_t source) const {
    for (const ScatterSeries& series : m_spec.series)
        for (const ScatterPoint& point : series.points)
            if (point.source == source && m_item->canShow(point)) return m_item->pixelOf(point);
    return std::nullopt;
}

std::optional<std::size_t> FrontierCanvas::pointAt(const QPointF& pixel) const {
    std::optional<std::size_t> nearest;
    double distance = reach;
    for (const ScatterSeries& series : m_spec.series)
        for (const ScatterPoint& point : series.points) {
            if (!m_item->canShow(point)) continue;
            const QPointF away = m_item->pixelOf(point) - pixel;
            const double here = std::hypot(away.x(), away.y());
            if (here >= distance) continue;
            distance = here;
            nearest = point.source;
        }
    return nearest;
}

void FrontierCanvas::applyColours() {
    setBackground(QBrush(panelColour(palette())));
    for (QCPAxis* axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(lineColour(palette()), 1));
        axis->setTickLabelColor(mutedColour(palette()));
        axis->setLabelColor(mutedColour(palette()));
        axis->grid()->setPen(QPen(lineColour(palette()), 1));
    }
    m_item->setColours(palette());
    replot(rpQueuedRefresh);
}

void FrontierCanvas::changeEvent(QEvent* event) {
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_item) applyColours();
}

void FrontierCanvas::leaveEvent(QEvent* event) {
    QCustomPlot::leaveEvent(event);
    Q_EMIT hovered(std::nullopt);
}

}  // namespace plumb::ui
