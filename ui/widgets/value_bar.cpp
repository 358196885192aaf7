// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/value_bar.h"

#include <algorithm>

#include <QPainter>

#include "common/theme.h"

namespace plumb::ui {
namespace {

/// The outline is higher than the fill, so that its end shows inside a longer fill too.
constexpr double fill_height = 6, outline_height = 10;
constexpr int least_width = 60;

}  // namespace

ValueBar::ValueBar(bool strong, QWidget* parent) : QWidget(parent), m_strong(strong) {
    setMinimumWidth(least_width);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFixedHeight(static_cast<int>(outline_height) + 2);
}

void ValueBar::setValues(const BarValues& values) {
    m_values = values;
    update();
}

void ValueBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QColor colour = m_strong ? accentColour(palette()) : mutedColour(palette());
    const auto bar = [this](double value, double height) {
        const double share = m_values.scale > 0 ? std::clamp(value / m_values.scale, 0.0, 1.0) : 0;
        return QRectF(0.5, (QWidget::height() - height) / 2, share * (width() - 1), height);
    };
    if (m_values.measured) painter.fillRect(bar(*m_values.measured, fill_height), colour);
    if (!m_values.predicted || *m_values.predicted <= 0) return;
    const QRectF outline = bar(*m_values.predicted, outline_height);
    if (!m_values.measured) {
        QColor faint = colour;
        faint.setAlphaF(0.16F);
        painter.fillRect(outline, faint);
    }
    painter.setPen(QPen(m_values.measured ? textColour(palette()) : colour, 1));
    painter.drawRect(outline);
}

}  // namespace plumb::ui
