// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include <QString>

#include "config/settings.h"
#include "store/records.h"

class QWidget;

namespace plumb::ui {

/// What is written of a run.
enum class RunExport { metrics, settings };

/// Tells how it went: what was written, or a failure.
using ExportReport = std::function<void(bool ok, const QString& text)>;

/// Asks for a file, or for a folder where there are several runs, and writes beside the window:
/// every step of all metrics as CSV, or the settings as a YAML run file.
void exportRuns(QWidget* window, const std::filesystem::path& workspace,
                const std::vector<RunRecord>& runs, RunExport what, ExportReport report);
/// The settings of a draft, with an explanation at each.
void exportSettings(QWidget* window, const Settings& settings, const QString& name,
                    ExportReport report);

}  // namespace plumb::ui
