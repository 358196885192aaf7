// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart says in words and numbers, and hands on to exports.
#include <algorithm>

#include <QLabel>

#include "analysis/ticks.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/chart.h"
#include "plots/curve.h"

namespace plumb::ui {
namespace {

/// With more curves than these a value stands behind its curve's name.
constexpr int most_header_values = 2;
constexpr const char *line_sign = "\u2501", *dashed_sign = "\u254D";

QString coloured(const QColor& colour, const QString& text) {
    return QString("<span style=\"color:%1\">%2</span>").arg(colour.name(), text);
}

QString unbroken(const QString& text) {
    return text.toHtmlEscaped().replace(' ', "&nbsp;").replace('-', u'\u2011');
}

}  // namespace

QString Chart::explanation() const {
    QString text;
    for (const std::string& key : m_group.keys) {
        const MetricInfo info = metric_info(key, toStd(m_algorithm));
        text +=
            QString("<p><b>%1</b><br>%2</p>")
                .arg(toQString(info.title).toHtmlEscaped(), toQString(info.help).toHtmlEscaped());
    }
    return text;
}

qsizetype Chart::curvesWithPoints() const {
    return std::ranges::count_if(m_curves, [](const Curve& c) { return !c.points.empty(); });
}

QString Chart::numberOf(const Curve& curve) const {
    const auto value = m_crosshair ? valueAt(curve.points, *m_crosshair)
                                   : std::optional(curve.points.back().value);
    return value ? toQString(short_number(*value)) : QString("\u2013");
}

void Chart::updateHeader() {
    m_values->setText(valueText());
    const qsizetype shown = curvesWithPoints();
    QStringList names;
    for (const Curve& curve : m_curves) {
        if (curve.points.empty()) continue;
        QString name = coloured(curveColour(curve.style.colour, palette()),
                                curve.style.dashed ? dashed_sign : line_sign) +
                       "&nbsp;" + unbroken(toQString(curve.name));
        if (shown > most_header_values)
            name += "&nbsp;" + coloured(curveTextColour(curve.style.colour, palette()),
                                        "<b>" + unbroken(numberOf(curve)) + "</b>");
        names << name;
    }
    m_names->setVisible(names.size() > 1);
    m_names->setText(names.join("&nbsp; "));
}

QString Chart::valueText() const {
    const qsizetype shown = curvesWithPoints();
    QStringList parts;
    if (shown <= most_header_values)
        for (const Curve& curve : m_curves) {
            if (curve.points.empty()) continue;
            parts << (shown > 1 ? coloured(curveTextColour(curve.style.colour, palette()),
                                           numberOf(curve))
                                : numberOf(curve));
        }
    const QString unit = toQString(metric_info(m_group.keys.front(), toStd(m_algorithm)).unit);
    QString text = parts.join(" \u00B7 ");
    if (shown > 0 && !unit.isEmpty())
        text += " " + coloured(mutedColour(palette()), unit.toHtmlEscaped());
    return text;
}

ChartSpec Chart::spec() const {
    ChartSpec spec;
    spec.title = m_group.title;
    spec.unit = metric_info(m_group.keys.front(), toStd(m_algorithm)).unit;
    spec.marks = m_marks;
    spec.smoothing = m_smoothing;
    spec.logarithmic = m_logarithmic;
    spec.width = 640;
    spec.height = 360;
    for (const Curve& curve : m_curves)
        if (!curve.points.empty())
            spec.series.push_back({m_curves.size() > 1 ? curve.name : curve.key, curve.style.colour,
                                   curve.points, curve.style.dashed ? "5 3" : ""});
    return spec;
}

}  // namespace plumb::ui
