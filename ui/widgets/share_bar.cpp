// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/share_bar.h"

#include <numeric>

#include <QPainter>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int bar_height = 12, swatch_size = 8;

}  // namespace

QColor partColour(int part, const QPalette& palette) {
    const QColor accent = accentColour(palette), panel = panelColour(palette);
    if (part == 0) return mixed(accent, panel, 0.55);
    return part == 1 ? textColour(palette) : accent;
}

ShareBar::ShareBar(QWidget* parent) : QWidget(parent) { setFixedHeight(bar_height); }

void ShareBar::setParts(const std::vector<double>& parts) {
    m_parts = parts;
    update();
}

void ShareBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const double whole = std::accumulate(m_parts.begin(), m_parts.end(), 0.0);
    if (whole <= 0) {
        painter.fillRect(rect(), lineColour(palette()));
        return;
    }
    double left = 0;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const double wide = width() * m_parts[i] / whole;
        painter.fillRect(QRectF(left, 0, wide, height()),
                         partColour(static_cast<int>(i), palette()));
        left += wide;
    }
}

Swatch::Swatch(int part, QWidget* parent) : QWidget(parent), m_part(part) {
    setFixedSize(swatch_size, swatch_size);
}

void Swatch::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), partColour(m_part, palette()));
}

}  // namespace plumb::ui
