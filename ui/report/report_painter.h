// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "analysis/compare/comparison_report.h"
#include "base/result.h"

namespace plumb::ui {

// A report of a comparison on paper: title, cautions, charts, tables and sources in the light
// theme's colours. No part of it is cut: texts wrap, wide tables take a smaller type and at last
// several lines a row. Blocking and without widgets: to be called from any thread.

/// On A4 pages with vector graphics, numbered; heads of tables are repeated on every page.
QByteArray reportPdf(const ComparisonReport& report);
/// The same on one page as tall as it needs, at two pixels for each of its 1180 units across; at
/// one where the picture would be taller than 30000 pixels.
QByteArray reportPng(const ComparisonReport& report);

/// As the file name ends: .pdf, .png, or .html as core writes it. Another ending is an error that
/// names these. Replaces the file in one step.
Status saveReport(const ComparisonReport& report, const QString& fileName);

}  // namespace plumb::ui
