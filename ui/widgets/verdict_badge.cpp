// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/verdict_badge.h"

#include <optional>

#include <QPainter>
#include <QPainterPath>

#include "analysis/colour_scale.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int badge_height = 19;
/// On the scale from -1 to 1: blue where the claim holds, orange where it does not.
constexpr double holds_value = -0.75, fails_value = 0.75;

QFont badgeFont() {
    QFont font = smallFont();
    font.setWeight(QFont::DemiBold);
    font.setPixelSize(11);
    return font;
}

std::optional<double> valueOf(ClaimVerdict verdict) {
    if (verdict == ClaimVerdict::holds) return holds_value;
    if (verdict == ClaimVerdict::does_not_hold) return fails_value;
    return std::nullopt;
}

}  // namespace

VerdictBadge::VerdictBadge(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setVerdict(m_verdict);
}

QString VerdictBadge::text() const { return toQString(verdict_text(m_verdict)); }

void VerdictBadge::setVerdict(ClaimVerdict verdict) {
    m_verdict = verdict;
    setAccessibleName(text());
    updateGeometry();
    update();
}

QSize VerdictBadge::sizeHint() const {
    return {QFontMetrics(badgeFont()).horizontalAdvance(text()) + 16, badge_height};
}

void VerdictBadge::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath path;
    path.addRoundedRect(area, area.height() / 2, area.height() / 2);
    painter.setFont(badgeFont());
    if (const auto value = valueOf(m_verdict)) {
        const std::string colour = scale_colour({-1, 0, 1}, *value, surfacesOf(palette()));
        painter.fillPath(path, toColour(colour));
        painter.setPen(toColour(text_colour_on(colour)));
    } else {
        painter.setPen(lineColour(palette()));
        if (m_verdict == ClaimVerdict::not_decided)
            painter.fillPath(path, lineColour(palette()));
        else
            painter.drawPath(path);
        painter.setPen(m_verdict == ClaimVerdict::not_decided ? textColour(palette())
                                                              : mutedColour(palette()));
    }
    painter.drawText(area, Qt::AlignCenter, text());
}

}  // namespace plumb::ui
