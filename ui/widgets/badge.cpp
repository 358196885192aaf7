// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/badge.h"

#include <QPainter>
#include <QPainterPath>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int badge_height = 17;

QFont badgeFont() {
    QFont font = smallFont();
    font.setWeight(QFont::DemiBold);
    font.setPixelSize(11);
    return font;
}

QString badgeText(const QString& algorithm) {
    return algorithm == "reward" ? QString("RM") : algorithm.toUpper();
}

/// Dark text on a light badge and the other way round.
QColor textOn(const QColor& colour) {
    const double luminance = 0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue();
    return luminance > 140 ? QColor(0x10, 0x14, 0x18) : QColor(Qt::white);
}

}  // namespace

Badge::Badge(const QString& algorithm, QWidget* parent) : QWidget(parent), m_algorithm(algorithm) {
    setFixedSize(sizeFor(algorithm));
}

QSize Badge::sizeFor(const QString& algorithm) {
    return {QFontMetrics(badgeFont()).horizontalAdvance(badgeText(algorithm)) + 14, badge_height};
}

void Badge::paint(QPainter& painter, const QRectF& area, const QString& algorithm,
                  const QPalette& palette) {
    const QColor colour = algorithmColour(toStd(algorithm), palette);
    QPainterPath path;
    path.addRoundedRect(area, area.height() / 2, area.height() / 2);
    painter.fillPath(path, colour);
    painter.setFont(badgeFont());
    painter.setPen(textOn(colour));
    painter.drawText(area, Qt::AlignCenter, badgeText(algorithm));
}

void Badge::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, rect(), m_algorithm, palette());
}

}  // namespace plumb::ui
