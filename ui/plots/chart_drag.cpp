// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_drag.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollArea>
#include <QScrollBar>

#include "plots/chart.h"

namespace plumb::ui {
namespace {

constexpr int line_width = 3, line_gap = 5;
/// Nearer than that to an edge of the view the charts scroll.
constexpr int scroll_reach = 24, scroll_pixels = 20;

}  // namespace

ChartDrag::ChartDrag(QScrollArea* grid, std::function<std::vector<Chart*>()> shown)
    : QObject(grid), m_grid(grid), m_shown(std::move(shown)) {
    m_line = new QWidget(grid->widget());
    m_line->setObjectName("dropLine");
    m_line->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_line->setBackgroundRole(QPalette::Highlight);
    m_line->setAutoFillBackground(true);
    m_line->hide();
}

void ChartDrag::watch(Chart* chart) {
    chart->heading()->installEventFilter(this);
    chart->heading()->setProperty("chart", QVariant::fromValue<QObject*>(chart));
    connect(chart, &QObject::destroyed, this, [this, chart] {
        if (m_chart == chart) end();
    });
}

bool ChartDrag::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonPress) {
        auto* press = static_cast<QMouseEvent*>(event);
        if (press->button() != Qt::LeftButton) return false;
        m_chart = qobject_cast<Chart*>(watched->property("chart").value<QObject*>());
        m_pressedAt = press->globalPosition().toPoint();
        // What is not accepted goes on to the chart, and its moves with it.
        press->accept();
        return true;
    }
    if (!m_chart) return false;
    if (event->type() == QEvent::MouseMove) {
        const QPoint at = static_cast<QMouseEvent*>(event)->globalPosition().toPoint();
        const int distance = (at - m_pressedAt).manhattanLength();
        if (!m_dragging && distance >= QApplication::startDragDistance() && m_shown().size() > 1) {
            m_dragging = true;
            qApp->installEventFilter(this);
        }
        if (m_dragging) moveTo(at);
        return m_dragging;
    }
    if (event->type() == QEvent::MouseButtonRelease) {
        const auto charts = m_shown();
        Chart* chart = m_chart;
        const bool dragged = m_dragging;
        Chart* before = m_target < charts.size() ? charts[m_target] : nullptr;
        end();
        if (dragged && before != chart) Q_EMIT dropped(chart, before);
        return dragged;
    }
    if (m_dragging && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        end();
        return true;
    }
    return false;
}

void ChartDrag::end() {
    qApp->removeEventFilter(this);
    m_dragging = false;
    m_chart = nullptr;
    m_line->hide();
}

ChartDrag::Place ChartDrag::placeAt(const QPoint& onPage) const {
    const auto charts = m_shown();
    std::size_t nearest = 0;
    int least = INT_MAX;
    for (std::size_t i = 0; i < charts.size(); ++i) {
        const int distance = (charts[i]->geometry().center() - onPage).manhattanLength();
        if (distance >= least) continue;
        least = distance;
        nearest = i;
    }
    const QRect area = charts[nearest]->geometry();
    const bool after = onPage.x() > area.center().x();
    const int x = after ? area.right() + line_gap - 1 : area.left() - line_gap - 1;
    return {nearest + (after ? 1 : 0),
            QRect(std::max(0, x), area.top(), line_width, area.height())};
}

void ChartDrag::moveTo(const QPoint& global) {
    const QWidget* view = m_grid->viewport();
    const int y = view->mapFromGlobal(global).y();
    QScrollBar* bar = m_grid->verticalScrollBar();
    if (y < scroll_reach) bar->setValue(bar->value() - scroll_pixels);
    if (y > view->height() - scroll_reach) bar->setValue(bar->value() + scroll_pixels);
    const Place place = placeAt(m_grid->widget()->mapFromGlobal(global));
    m_target = place.index;
    m_line->setGeometry(place.line);
    m_line->raise();
    m_line->show();
}

}  // namespace plumb::ui
