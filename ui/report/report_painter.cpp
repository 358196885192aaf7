// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/report_painter.h"

#include <algorithm>
#include <cmath>

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>

#include "analysis/colours.h"
#include "base/files.h"
#include "common/text.h"
#include "report/report_pages.h"

namespace plumb::ui {
namespace {

constexpr double picture_width = 1180, picture_margin = 24;
/// A4 at 96 units an inch.
constexpr double page_width = 794, page_height = 1123, page_margin = 44;
constexpr int page_resolution = 1200;
constexpr double tallest_picture = 30'000;

}  // namespace

QByteArray reportPdf(const ComparisonReport& report) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setPageSize(QPageSize(QPageSize::A4));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setResolution(page_resolution);
    writer.setTitle(toQString(report.title));
    writer.setCreator("Plumbline");
    QPainter painter(&writer);
    const double scale = writer.width() / page_width;
    painter.scale(scale, scale);
    const ReportPaper paper{.width = page_width,
                            .margin = page_margin,
                            .height = page_height,
                            .painter = &painter,
                            .nextPage = [&] { writer.newPage(); }};
    ReportPages(report, paper).paint();
    painter.end();
    return bytes;
}

QByteArray reportPng(const ComparisonReport& report) {
    ReportPaper paper{.width = picture_width, .margin = picture_margin};
    const double height = ReportPages(report, paper).paint();
    const double scale = 2 * height > tallest_picture ? 1 : 2;
    QImage image(static_cast<int>(picture_width * scale),
                 static_cast<int>(std::ceil(height * scale)), QImage::Format_RGB32);
    QByteArray bytes;
    if (image.isNull()) return bytes;
    image.fill(QColor(toQString(light_surfaces.panel)));
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.scale(scale, scale);
    paper.painter = &painter;
    ReportPages(report, paper).paint();
    painter.end();
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

Status saveReport(const ComparisonReport& report, const QString& fileName) {
    const QString ending = QFileInfo(fileName).suffix().toLower();
    if (ending == "html") return save_report(report, toStd(fileName));
    if (ending != "pdf" && ending != "png")
        return invalid_input(toStd(fileName) +
                             ": reports are saved as .pdf, .png or .html; name the file so");
    const QByteArray bytes = ending == "pdf" ? reportPdf(report) : reportPng(report);
    if (bytes.isEmpty())
        return invalid_input(toStd(fileName) +
                             ": the report is too long for one picture; save it as .pdf or .html");
    return write_file_atomic(toStd(fileName), bytes.toStdString());
}

}  // namespace plumb::ui
