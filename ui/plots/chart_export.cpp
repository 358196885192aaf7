// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_export.h"

#include <algorithm>

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgRenderer>

#include "analysis/points_csv.h"
#include "common/svg_picture.h"
#include "common/text.h"
#include "plots/chart.h"

namespace plumb::ui {
namespace {

constexpr int png_scale = 2;

QByteArray svgOf(const ExportedCharts& exported) {
    if (exported.svg) return QByteArray::fromStdString(exported.svg());
    if (exported.charts.size() == 1)
        return QByteArray::fromStdString(svg_chart(exported.charts.front()));
    DashboardSpec page;
    page.title = toStd(exported.title);
    page.charts = exported.charts;
    return QByteArray::fromStdString(svg_dashboard(page));
}

QByteArray pngOf(const QByteArray& svg) {
    QSvgRenderer renderer(svgForQt(svg.toStdString()));
    QImage image(renderer.defaultSize() * png_scale, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    renderer.render(&painter);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray pdfOf(const QByteArray& svg) {
    QSvgRenderer renderer(svgForQt(svg.toStdString()));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    // One point for each pixel of the drawing.
    writer.setPageSize(QPageSize(QSizeF(renderer.defaultSize()), QPageSize::Point));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    QPainter painter(&writer);
    renderer.render(&painter);
    painter.end();
    return bytes;
}

}  // namespace

ExportedCharts exportedCharts(const QString& title, const std::vector<Chart*>& charts,
                              const RunSeries& series) {
    ExportedCharts exported;
    exported.title = title;
    const auto add = [&](const std::string& key) {
        if (series.has(key) && exported.points.emplace(key, series.points(key)).second)
            exported.keys.push_back(key);
    };
    for (const Chart* chart : charts) {
        if (!chart->hasPoints()) continue;
        exported.charts.push_back(chart->spec());
        const ChartGroup& group = chart->group();
        for (std::size_t i = 0; i < group.keys.size(); ++i) {
            add(group.keys[i]);
            const auto band = shown_band(group, i);
            if (!band) continue;
            add(band->low);
            add(band->high);
        }
    }
    for (const std::string& key : series.axisKeys())
        exported.points.emplace(key, series.points(key));
    return exported;
}

Result<QByteArray> encodeCharts(const ExportedCharts& charts, const QString& fileName) {
    const QString ending = QFileInfo(fileName).suffix().toLower();
    if (ending == "svg") return svgOf(charts);
    if (ending == "png") return pngOf(svgOf(charts));
    if (ending == "pdf") return pdfOf(svgOf(charts));
    if (ending == "csv")
        return QByteArray::fromStdString(charts.csv ? charts.csv()
                                                    : points_as_csv(charts.keys, charts.points));
    return invalid_input(toStd(fileName) +
                         ": charts are saved as .svg, .png, .pdf or .csv; name the file so");
}

}  // namespace plumb::ui
