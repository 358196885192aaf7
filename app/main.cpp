// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline: the window.
#include <clocale>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QThreadPool>
#include <QTimer>

#include "common/theme.h"
#include "main_export.h"
#include "window/frame_meter.h"
#include "window/main_window.h"

namespace {

struct Options {
    std::string workspace, cache, theme, runFile;
    bool start = false, measure = false;
};

plumb::ui::ThemeChoice themeOf(const Options& options) {
    QString wanted = QString::fromStdString(options.theme);
    if (wanted.isEmpty()) wanted = QSettings().value("theme").toString();
    if (wanted == "light") return plumb::ui::ThemeChoice::light;
    if (wanted == "dark") return plumb::ui::ThemeChoice::dark;
    return plumb::ui::systemTheme();
}

}  // namespace

int main(int argc, char** argv) {
    QElapsedTimer sinceStart;
    sinceStart.start();
    Options options;
    CLI::App arguments("Plumbline: a workbench for aligning language models");
    arguments.set_version_flag("--version", PLUMBLINE_VERSION);
    arguments.add_option("file", options.runFile, "A YAML run file to begin with");
    arguments.add_flag("--start", options.start, "Start the run file at once");
    arguments.add_option("--workspace", options.workspace, "Folder of the workspace");
    arguments.add_option("--cache", options.cache, "Folder for supervised models");
    arguments.add_option("--theme", options.theme, "light or dark")
        ->check(CLI::IsMember({"light", "dark"}));
    arguments.add_flag("--measure", options.measure,
                       "On leaving, print the time to the first usable window and the frame times");
    plumb::app::ExportOptions exported;
    const CLI::App* exportCommand = plumb::app::addExportCommand(arguments, exported);
    CLI11_PARSE(arguments, argc, argv);

    // What is only written needs no display.
    if (exportCommand->parsed()) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    // Numbers in files and settings have a decimal point, whatever the desktop's language.
    std::setlocale(LC_NUMERIC, "C");
    QLocale::setDefault(QLocale::c());
    if (exportCommand->parsed()) return plumb::app::runExport(exported);
    QApplication::setOrganizationName("plumbline");
    QApplication::setApplicationName("plumbline");
    QApplication::setDesktopFileName("plumbline");
    QApplication::setQuitOnLastWindowClosed(false);
    plumb::ui::applyTheme(application, themeOf(options));

    plumb::SessionOptions session;
    session.workspace = options.workspace;
    session.cache = options.cache;
    int status = 0;
    {
        plumb::ui::MainWindow window(session);
        std::unique_ptr<plumb::ui::FrameMeter> meter;
        if (options.measure) {
            QObject::connect(&window, &plumb::ui::MainWindow::ready, &window, [&] {
                if (meter) return;
                std::fprintf(stderr, "usable after %lld ms\n",
                             static_cast<long long>(sinceStart.elapsed()));
                meter = std::make_unique<plumb::ui::FrameMeter>();
            });
        }
        window.show();
        if (!options.runFile.empty())
            window.openRunFile(QString::fromStdString(options.runFile), options.start);
        status = QApplication::exec();
        if (meter) std::fprintf(stderr, "%s\n", meter->report().toUtf8().constData());
    }
    QThreadPool::globalInstance()->waitForDone();
    return status;
}
