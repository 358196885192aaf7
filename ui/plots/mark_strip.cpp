// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/mark_strip.h"

#include <cmath>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr double near_pixels = 6;
constexpr qsizetype most_lines = 8;

bool hasLine(MarkKind kind) { return kind == MarkKind::edit || kind == MarkKind::alert; }

/// A triangle that points down for an edit, one that points up for an alert, a diamond for a
/// checkpoint, a flag for a phase; (x, y) is where it touches the plot.
QPolygonF signOf(MarkKind kind, double x, double y) {
    switch (kind) {
        case MarkKind::edit: return {{{x - 5, y - 8}, {x + 5, y - 8}, {x, y}}};
        case MarkKind::alert: return {{{x - 5, y}, {x + 5, y}, {x, y - 9}}};
        case MarkKind::checkpoint: return {{{x, y - 8}, {x + 4, y - 4}, {x, y}, {x - 4, y - 4}}};
        case MarkKind::phase:
            return {{{x, y}, {x, y - 10}, {x + 8, y - 7}, {x + 1.5, y - 4}, {x + 1.5, y}}};
    }
    return {};
}

}  // namespace

MarkStrip::MarkStrip(QCustomPlot* plot) : QCPAbstractItem(plot) {
    setClipToAxisRect(false);
    setSelectable(false);
}

double MarkStrip::pixelOf(const ChartMark& mark) const {
    return mParentPlot->xAxis->coordToPixel(m_scale ? m_scale->at(mark.step)
                                                    : static_cast<double>(mark.step));
}

QColor MarkStrip::colourOf(MarkKind kind) const {
    if (kind == MarkKind::edit) return accentColour(m_palette);
    return kind == MarkKind::alert ? errorColour(m_palette) : mutedColour(m_palette);
}

void MarkStrip::draw(QCPPainter* painter) {
    const QRectF area = mParentPlot->axisRect()->rect();
    painter->setAntialiasing(true);
    // What the user did and what went wrong lies over checkpoints.
    for (const bool lines : {false, true})
        for (const ChartMark& mark : m_marks) {
            if (hasLine(mark.kind) != lines) continue;
            const double x = pixelOf(mark);
            if (!(x >= area.left() - 0.5 && x <= area.right() + 1.5)) continue;
            const QColor colour = colourOf(mark.kind);
            if (lines) {
                painter->setPen(QPen(colour, 1, Qt::DashLine));
                painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
            }
            painter->setPen(Qt::NoPen);
            painter->setBrush(colour);
            painter->drawPolygon(signOf(mark.kind, x, area.top()));
            painter->setBrush(Qt::NoBrush);
        }
}

QString MarkStrip::textAt(double pixel) const {
    QStringList lines;
    for (const ChartMark& mark : m_marks)
        if (std::abs(pixelOf(mark) - pixel) <= near_pixels)
            lines << (mark.kind == MarkKind::phase ? QString()
                                                   : QString("step %1: ").arg(mark.step)) +
                         toQString(mark.label);
    if (lines.size() > most_lines) {
        const qsizetype more = lines.size() - most_lines + 1;
        lines = lines.first(most_lines - 1);
        lines << QString("and %1 more").arg(more);
    }
    return lines.join("\n");
}

}  // namespace plumb::ui
