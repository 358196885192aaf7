// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/length_histogram.h"

#include <algorithm>

#include <QPainter>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int axis_height = 18;

}  // namespace

LengthHistogram::LengthHistogram(QWidget* parent) : QWidget(parent) {
    setObjectName("lengthHistogram");
    setMinimumHeight(84);
    setAccessibleName("Lengths of the rows in tokens");
}

void LengthHistogram::show(const PreviewLengths& lengths, std::int64_t limit) {
    m_lengths = lengths;
    m_limit = limit;
    update();
}

void LengthHistogram::clear() { show({}, 0); }

void LengthHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (m_lengths.histogram.empty()) return;
    const auto& bars = m_lengths.histogram;
    const QRectF area(0, 14, width(), height() - axis_height - 14);
    const double most = static_cast<double>(std::max<std::int64_t>(1, std::ranges::max(bars)));
    const auto bins = static_cast<double>(bars.size());
    const double each = area.width() / bins;
    const auto x_of = [&](std::int64_t tokens) {
        return area.left() +
               static_cast<double>(tokens) / static_cast<double>(m_lengths.bin_width) * each;
    };
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const double tall = area.height() * static_cast<double>(bars[i]) / most;
        const bool cut = static_cast<std::int64_t>(i) * m_lengths.bin_width >= m_limit;
        painter.fillRect(QRectF(area.left() + static_cast<double>(i) * each, area.bottom() - tall,
                                std::max(1.0, each - 1), tall),
                         cut ? errorColour(palette()) : accentColour(palette()));
    }
    painter.setFont(smallFont());
    painter.setPen(lineColour(palette()));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.setPen(mutedColour(palette()));
    const QRectF axis(0, area.bottom() + 2, width(), axis_height);
    painter.drawText(axis, Qt::AlignLeft, "0");
    painter.drawText(axis, Qt::AlignRight,
                     QString("%1 tokens").arg(std::ssize(bars) * m_lengths.bin_width));
    const double line = x_of(m_limit);
    if (line > area.right()) return;
    painter.setPen(QPen(textColour(palette()), 1, Qt::DashLine));
    painter.drawLine(QPointF(line, 12), QPointF(line, area.bottom()));
    const QString text = QString("cut at %1").arg(m_limit);
    const int wide = painter.fontMetrics().horizontalAdvance(text);
    painter.setPen(mutedColour(palette()));
    painter.drawText(QPointF(std::min(line + 4, static_cast<double>(width() - wide)), 11), text);
}

}  // namespace plumb::ui
