// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_export.h"

#include <map>

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgRenderer>

#include "base/strings.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int png_scale = 2;

QByteArray svgOf(const ChartSpec& chart) { return QByteArray::fromStdString(svg_chart(chart)); }

QByteArray pngOf(const ChartSpec& chart) {
    QSvgRenderer renderer(svgOf(chart));
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

QByteArray pdfOf(const ChartSpec& chart) {
    QSvgRenderer renderer(svgOf(chart));
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

QByteArray chartAsCsv(const ChartSpec& chart) {
    std::map<std::int64_t, std::vector<std::string>> lines;
    const std::size_t count = chart.series.size();
    for (std::size_t i = 0; i < count; ++i)
        for (const MetricPoint& point : chart.series[i].points) {
            auto& line = lines[point.step];
            line.resize(count);
            line[i] = format_number(point.value);
        }
    std::string text = "step";
    for (const ChartSeries& series : chart.series) {
        const bool quoted = series.name.find_first_of(",\"\n") != std::string::npos;
        text += quoted ? ",\"" + series.name + "\"" : "," + series.name;
    }
    text += "\n";
    for (auto& [step, values] : lines) {
        values.resize(count);
        text += std::to_string(step);
        for (const std::string& value : values) text += "," + value;
        text += "\n";
    }
    return QByteArray::fromStdString(text);
}

Result<QByteArray> encodeChart(const ChartSpec& chart, const QString& fileName) {
    const QString ending = QFileInfo(fileName).suffix().toLower();
    if (ending == "svg") return svgOf(chart);
    if (ending == "png") return pngOf(chart);
    if (ending == "pdf") return pdfOf(chart);
    if (ending == "csv") return chartAsCsv(chart);
    return invalid_input(toStd(fileName) +
                         ": a chart is saved as .svg, .png, .pdf or .csv; name the file so");
}

}  // namespace plumb::ui
