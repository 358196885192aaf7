// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart says in words and numbers.
#include <algorithm>

#include <QLabel>

#include "analysis/ticks.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/chart.h"
#include "plots/chart_plot.h"

namespace plumb::ui {
namespace {

constexpr int header_margin = 14;
constexpr int most_framed_values = 8;
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
    for (const std::string& key : m_setup.group.keys) {
        const MetricInfo info = metric_info(key, toStd(m_algorithm));
        const std::string unit = info.unit.empty() ? "" : " (" + info.unit + ")";
        text += QString("<p><b>%1</b><br>%2</p>")
                    .arg(toQString(info.title + unit).toHtmlEscaped(),
                         toQString(info.help).toHtmlEscaped());
    }
    return text;
}

std::vector<const CurveLines*> Chart::curvesWithPoints() const {
    std::vector<const CurveLines*> curves;
    for (const CurveLines& curve : m_plot->curves())
        if (!m_series.points(curve.key()).empty()) curves.push_back(&curve);
    return curves;
}

QString Chart::numberOf(const CurveLines& curve) const {
    const auto number = [this](const std::string& key) {
        const auto& points = m_series.points(key);
        const auto value = m_crosshair      ? valueAt(points, *m_crosshair)
                           : points.empty() ? std::nullopt
                                            : std::optional(points.back().value);
        return value ? toQString(short_number(*value)) : QString();
    };
    const QString value = number(curve.key());
    if (value.isEmpty()) return "\u2013";
    if (!curve.look().band) return value;
    const QString low = number(curve.look().band->low), high = number(curve.look().band->high);
    return low.isEmpty() || high.isEmpty() ? value : QString("%1 (%2 to %3)").arg(value, low, high);
}

QString Chart::framedText(bool rich) const {
    QStringList texts;
    for (const auto& [run, value, interval] : m_plot->overlaidValues()) {
        QString text = value ? toQString(short_number(*value)) : "\u2013";
        const bool whole = m_enlarged || !rich;
        if (interval && whole)
            text += QString(" (%1 to %2)")
                        .arg(toQString(short_number(interval->low)),
                             toQString(short_number(interval->high)));
        if (!rich)
            texts << run.name + " " + text;
        else
            texts << overlaySign(run, palette()) + "&nbsp;" +
                         (whole ? unbroken(run.name) + "&nbsp;" : QString()) + "<b>" +
                         unbroken(text) + "</b>";
    }
    // More than a line or two would take the room of the curves.
    if (rich && !m_enlarged && texts.size() > most_framed_values) return {};
    return texts.join(rich ? "&nbsp; " : ", ");
}

void Chart::updateHeader() {
    if (m_series.isFrame()) {
        const QString unit =
            toQString(metric_info(m_setup.group.keys.front(), toStd(m_algorithm)).unit);
        m_values->setText(coloured(mutedColour(palette()), unit.toHtmlEscaped()));
        const QString text = framedText(true);
        m_names->setVisible(!text.isEmpty());
        m_names->setText(text);
        return;
    }
    m_values->setText(valueText());
    const std::vector<const CurveLines*> curves = curvesWithPoints();
    const bool single = curves.size() == 1;
    const int room = width() - 2 * header_margin - m_heading->sizeHint().width();
    // The title goes before the unit, which is in its tooltip too, and before the band.
    if (single && m_values->sizeHint().width() > room) m_values->setText(numberOf(*curves.front()));
    if (single && m_values->sizeHint().width() > room)
        m_values->setText(numberOf(*curves.front()).section(" (", 0, 0));
    QStringList names;
    for (const CurveLines* curve : curves) {
        const SeriesStyle& style = curve->look().style;
        // The colour says of what, the dashes that it is held out.
        const bool told = style.dashed && !single && curve->look().name.startsWith("held-out ");
        QString text =
            coloured(curveColour(style.colour, palette()), style.dashed ? dashed_sign : line_sign) +
            "&nbsp;" + unbroken(told ? QString("held out") : curve->look().name);
        if (!single)
            text += "&nbsp;" + coloured(curveTextColour(style.colour, palette()),
                                        "<b>" + unbroken(numberOf(*curve)) + "</b>");
        names << text;
    }
    // A curve that stands alone is named where its title leads to expect another.
    const bool expected = single && curves.front() == &m_plot->curves().front();
    if (expected) names.clear();
    if (m_enlarged) names << overlayTexts();
    m_names->setVisible(!names.isEmpty());
    m_names->setText(names.join("&nbsp; "));
}

QStringList Chart::overlayTexts() const {
    QStringList texts;
    for (const auto& [run, value, interval] : m_plot->overlaidValues())
        texts << overlaySign(run, palette()) + "&nbsp;" + unbroken(run.name) + "&nbsp;<b>" +
                     unbroken(value ? toQString(short_number(*value)) : "\u2013") + "</b>";
    return texts;
}

QString Chart::valueText() const {
    const std::vector<const CurveLines*> curves = curvesWithPoints();
    if (curves.empty()) return {};
    const QString unit =
        toQString(metric_info(m_setup.group.keys.front(), toStd(m_algorithm)).unit);
    QString text = curves.size() == 1 ? numberOf(*curves.front()) : QString();
    if (!unit.isEmpty()) text += " " + coloured(mutedColour(palette()), unit.toHtmlEscaped());
    return text;
}

QString Chart::plainValues() const {
    if (m_series.isFrame()) return framedText(false);
    const std::vector<const CurveLines*> curves = curvesWithPoints();
    QStringList values;
    for (const CurveLines* curve : curves)
        values << (curves.size() == 1 ? toQString(m_setup.group.title) : curve->look().name) + " " +
                      numberOf(*curve);
    return QString("step %1: %2").arg(m_crosshair.value_or(lastStep())).arg(values.join(", "));
}

}  // namespace plumb::ui
