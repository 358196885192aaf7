// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/colour_legend.h"

#include <algorithm>

#include <QPainter>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int bar_height = 10, bar_width = 260, gap = 2;

}  // namespace

ColourLegend::ColourLegend(QWidget* parent) : QWidget(parent) {
    setObjectName("tokenLegend");
    setFont(smallFont());
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ColourLegend::show(TokenQuantity quantity, const ColourScale& scale) {
    m_scale = scale;
    const QString unit = toQString(token_quantity_info(quantity).unit);
    const auto number = [](double value) { return QString::number(value, 'g', 3); };
    if (quantity == TokenQuantity::clipped)
        m_labels = QStringList{"below the range", "not clipped", "above the range"};
    else if (scale.one_way())
        m_labels = QStringList{number(scale.low), number((scale.low + scale.high) / 2),
                               number(scale.high)};
    else
        m_labels = QStringList{number(scale.low), number(scale.centre), number(scale.high)};
    if (!unit.isEmpty()) m_labels.back() += " " + unit;
    setAccessibleName("Colours from " + m_labels.join(" over "));
    update();
}

QSize ColourLegend::sizeHint() const {
    return {bar_width, bar_height + gap + fontMetrics().height()};
}

void ColourLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Surfaces& surfaces = surfacesOf(palette());
    const int width = std::min(bar_width, this->width());
    for (int x = 0; x < width; ++x) {
        const double share = (x + 0.5) / width;
        // Each half of a scale that goes both ways has its own reach.
        const double value =
            m_scale.one_way() ? m_scale.low + (m_scale.high - m_scale.low) * share
            : share < 0.5     ? m_scale.low + (m_scale.centre - m_scale.low) * 2 * share
                              : m_scale.centre + (m_scale.high - m_scale.centre) * (2 * share - 1);
        painter.fillRect(x, 0, 1, bar_height, toColour(scale_colour(m_scale, value, surfaces)));
    }
    painter.setPen(lineColour(palette()));
    painter.drawRect(0, 0, width - 1, bar_height - 1);
    painter.setPen(mutedColour(palette()));
    const QRect texts(0, bar_height + gap, width, fontMetrics().height());
    const int flags[] = {Qt::AlignLeft, Qt::AlignHCenter, Qt::AlignRight};
    for (int i = 0; i < m_labels.size() && i < 3; ++i)
        painter.drawText(texts, flags[i] | Qt::TextDontClip, m_labels[i]);
}

}  // namespace plumb::ui
