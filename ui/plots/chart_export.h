// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "analysis/svg_chart.h"
#include "base/result.h"

namespace plumb::ui {

/// The chart in the format that the file name ends in: .svg, .png, .pdf, or .csv with all points.
/// Another ending is an error that names these.
Result<QByteArray> encodeChart(const ChartSpec& chart, const QString& fileName);

/// Every point of every curve: a line for each step that has one, empty where a curve has none.
QByteArray chartAsCsv(const ChartSpec& chart);

}  // namespace plumb::ui
