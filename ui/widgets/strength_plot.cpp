// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/strength_plot.h"

#include <algorithm>
#include <limits>

#include <QPainter>

#include "analysis/compare/report_table.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 22, gap = 8, most_name_width = 150;
constexpr double dot_radius = 4, margin_share = 0.05;

}  // namespace

StrengthPlot::StrengthPlot(QWidget* parent) : QWidget(parent) {
    setObjectName("strengthPlot");
    setAccessibleName("Bradley-Terry strengths");
    setFixedHeight(0);
}

void StrengthPlot::setStrengths(const BradleyTerry& fit, const std::vector<std::string>& colours) {
    m_rows.clear();
    m_range = {0, 0};
    for (std::size_t i = 0; i < fit.models.size(); ++i) {
        m_rows.push_back({toQString(fit.models[i]), fit.strengths[i],
                          i < colours.size() ? colours[i] : std::string()});
        const Estimate& strength = fit.strengths[i];
        if (!strength.value) continue;
        const Interval reach =
            strength.interval.value_or(Interval{*strength.value, *strength.value});
        m_range.low = std::min({m_range.low, reach.low, *strength.value});
        m_range.high = std::max({m_range.high, reach.high, *strength.value});
    }
    std::ranges::stable_sort(m_rows, std::ranges::greater(), [](const Row& row) {
        return row.strength.value.value_or(-std::numeric_limits<double>::infinity());
    });
    const double margin = margin_share * std::max(m_range.high - m_range.low, 1e-6);
    m_range = {m_range.low - margin, m_range.high + margin};
    setFixedHeight(row_height * static_cast<int>(m_rows.size()));
    setAccessibleDescription(lines().join("; "));
    setToolTip(lines().join("\n"));
    update();
}

QString StrengthPlot::valueText(const Row& row) const {
    return row.strength.value ? toQString(estimate_text(row.strength)) : QString("not linked");
}

QStringList StrengthPlot::lines() const {
    QStringList lines;
    for (const Row& row : m_rows) lines << row.name + ": " + valueText(row);
    return lines;
}

void StrengthPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics names(smallFont()), values(monospacedFont());
    int nameWidth = 0, valueWidth = 0;
    for (const Row& row : m_rows) {
        nameWidth = std::max(nameWidth, names.horizontalAdvance(row.name));
        valueWidth = std::max(valueWidth, values.horizontalAdvance(valueText(row)));
    }
    nameWidth = std::min({nameWidth, most_name_width, width() / 3});
    const double left = nameWidth + gap, right = width() - valueWidth - gap;
    const auto at = [&](double value) {
        return left + (value - m_range.low) / (m_range.high - m_range.low) * (right - left);
    };
    const bool hasRoom = right - left > 4 * dot_radius;
    if (hasRoom && !m_rows.empty()) {
        painter.setPen(QPen(lineColour(palette()), 1));
        painter.drawLine(QPointF(at(0), 0), QPointF(at(0), height()));
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        const QRect line(0, static_cast<int>(i) * row_height, width(), row_height);
        painter.setFont(smallFont());
        painter.setPen(textColour(palette()));
        painter.drawText(QRect(0, line.top(), nameWidth, row_height), Qt::AlignVCenter,
                         names.elidedText(row.name, Qt::ElideMiddle, nameWidth));
        painter.setFont(monospacedFont());
        painter.drawText(line, int(Qt::AlignRight | Qt::AlignVCenter), valueText(row));
        if (!hasRoom || !row.strength.value) continue;
        const QColor colour =
            row.colour.empty() ? textColour(palette()) : curveColour(row.colour, palette());
        const double y = line.center().y() + 0.5;
        if (row.strength.interval) {
            painter.setPen(QPen(colour, 2));
            painter.drawLine(QPointF(at(row.strength.interval->low), y),
                             QPointF(at(row.strength.interval->high), y));
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawEllipse(QPointF(at(*row.strength.value), y), dot_radius, dot_radius);
    }
}

}  // namespace plumb::ui
