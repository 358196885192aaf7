// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QString>

#include "plots/chart_export.h"

class QWidget;

namespace plumb::ui {

/// Asks for a file and saves the charts there. Does not wait; `problem` is called with what went
/// wrong unless the parent has died by then.
void askAndSaveCharts(QWidget* parent, const ExportedCharts& charts,
                      std::function<void(const QString&)> problem);
/// Without asking.
void saveCharts(QWidget* parent, const ExportedCharts& charts, const QString& file,
                std::function<void(const QString&)> problem);

}  // namespace plumb::ui
