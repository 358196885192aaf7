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

constexpr int header_margin = 14;
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
        const std::string unit = info.unit.empty() ? "" : " (" + info.unit + ")";
        text += QString("<p><b>%1</b><br>%2</p>")
                    .arg(toQString(info.title + unit).toHtmlEscaped(),
                         toQString(info.help).toHtmlEscaped());
    }
    return text;
}

qsizetype Chart::curvesWithPoints() const {
    return std::ranges::count_if(m_curves, [](const Curve& c) { return !c.points.empty(); });
}

std::vector<Chart::Curve>::const_iterator Chart::firstWithPoints() const {
    return std::ranges::find_if(m_curves, [](const Curve& c) { return !c.points.empty(); });
}

QString Chart::numberOf(const Curve& curve) const {
    const auto value = m_crosshair ? valueAt(curve.points, *m_crosshair)
                                   : std::optional(curve.points.back().value);
    return value ? toQString(short_number(*value)) : QString("\u2013");
}

void Chart::updateHeader() {
    // The title goes before the unit, which is in its tooltip too.
    m_values->setText(valueText());
    const int room = width() - 2 * header_margin - m_heading->sizeHint().width();
    if (m_values->sizeHint().width() > room && curvesWithPoints() == 1)
        m_values->setText(numberOf(*firstWithPoints()));
    QStringList names;
    const bool single = curvesWithPoints() == 1;
    for (const Curve& curve : m_curves) {
        if (curve.points.empty()) continue;
        // The colour says of what, the dashes that it is held out.
        const QString name =
            curve.style.dashed && !single ? QString("held out") : toQString(curve.name);
        QString text = coloured(curveColour(curve.style.colour, palette()),
                                curve.style.dashed ? dashed_sign : line_sign) +
                       "&nbsp;" + unbroken(name);
        if (!single)
            text += "&nbsp;" + coloured(curveTextColour(curve.style.colour, palette()),
                                        "<b>" + unbroken(numberOf(curve)) + "</b>");
        names << text;
    }
    // A curve that stands alone is named where its title leads to expect another.
    m_names->setVisible(names.size() > 1 || (single && m_curves.front().points.empty()));
    m_names->setText(names.join("&nbsp; "));
}

QString Chart::valueText() const {
    const qsizetype shown = curvesWithPoints();
    if (shown == 0) return {};
    const QString unit = toQString(metric_info(m_group.keys.front(), toStd(m_algorithm)).unit);
    QString text = shown == 1 ? numberOf(*firstWithPoints()) : QString();
    if (!unit.isEmpty()) text += " " + coloured(mutedColour(palette()), unit.toHtmlEscaped());
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
