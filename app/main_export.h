// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace plumb::app {

/// What `plumbline export` is to write, and of which runs.
struct ExportOptions {
    std::string workspace, of, title, axis = "step";
    std::vector<std::string> runs, metrics;
    std::string pdf, png, html;
};

/// Adds the command; returns it, so that one can ask whether it was given.
CLI::App* addExportCommand(CLI::App& arguments, ExportOptions& options);

/// Needs a QGuiApplication for fonts. Tells what was written, or on standard error what is wrong;
/// returns the exit code: 2 for wrong use, 1 for everything else that failed.
int runExport(const ExportOptions& options);

}  // namespace plumb::app
