// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/cursor_item.h"

#include <algorithm>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr double dot_radius = 3;
constexpr int tag_padding = 5, tag_gap = 2;

}  // namespace

CursorItem::CursorItem(QCustomPlot* plot) : QCPAbstractItem(plot) {
    setClipToAxisRect(false);
    setSelectable(false);
    plot->addLayer("cursor", plot->layer("overlay"), QCustomPlot::limBelow);
    plot->layer("cursor")->setMode(QCPLayer::lmBuffered);
    setLayer("cursor");
}

void CursorItem::set(std::optional<double> place, std::vector<Dot> dots, const QString& tag) {
    m_place = place;
    m_dots = std::move(dots);
    m_tag = tag;
}

void CursorItem::draw(QCPPainter* painter) {
    const std::optional<double> tagged = m_place          ? m_place
                                         : m_dots.empty() ? std::nullopt
                                                          : m_dots.front().place;
    if (!tagged) return;
    const QRectF area = mParentPlot->axisRect()->rect();
    const auto isIn = [&area](double x) { return x >= area.left() && x <= area.right() + 1; };
    const double x = mParentPlot->xAxis->coordToPixel(*tagged);
    if (m_place && !isIn(x)) return;
    if (m_place) {
        painter->setAntialiasing(false);
        painter->setPen(QPen(mutedColour(m_palette), 1));
        painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
    }
    painter->setAntialiasing(true);
    painter->setPen(QPen(panelColour(m_palette), 1.2));
    for (const Dot& dot : m_dots) {
        const double across = dot.place ? mParentPlot->xAxis->coordToPixel(*dot.place) : x;
        const double y = mParentPlot->yAxis->coordToPixel(dot.value);
        if (!isIn(across) || !(y >= area.top() - 1 && y <= area.bottom() + 1)) continue;
        painter->setBrush(dot.colour);
        painter->drawEllipse(QPointF(across, y), dot_radius, dot_radius);
    }
    if (m_tag.isEmpty() || !isIn(x)) return;
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    QRectF box(0, 0, metrics.horizontalAdvance(m_tag) + 2 * tag_padding, metrics.height() + 2);
    box.moveTopLeft({x - box.width() / 2, area.bottom() + tag_gap});
    const QRectF room = mParentPlot->viewport();
    box.moveLeft(std::clamp(box.left(), room.left() + 1,
                            std::max(room.left() + 1, room.right() - box.width() - 1)));
    box.moveBottom(std::min(box.bottom(), room.bottom()));
    painter->setPen(Qt::NoPen);
    painter->setBrush(textColour(m_palette));
    painter->drawRoundedRect(box, 3, 3);
    painter->setPen(panelColour(m_palette));
    painter->drawText(box, Qt::AlignCenter, m_tag);
}

}  // namespace plumb::ui
