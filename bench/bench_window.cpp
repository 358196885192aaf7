// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-bench-window: what a user of the window feels on a large workspace.
//
//   plumbline-bench-window --workspace DIR [--seconds 60] [--overlays 10]
//
// DIR is one that plumbline-make-workspace has made. The program opens the real window on it and
// drives it as a user does: opens runs, lays runs over each other, pans and zooms with the mouse,
// types into the filter, drags the time slider, then starts the built-in task and watches it train.
// A frame is one turn of the event loop, as FrameMeter counts them. bench/window.sh gives it a
// screen of its own.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QLineEdit>
#include <QListView>
#include <QMouseEvent>
#include <QPushButton>
#include <QSlider>
#include <QTableView>
#include <QTimer>
#include <QWheelEvent>

#include "config/presets.h"
#include "pages/train_page.h"
#include "plots/chart_grid.h"
#include "plots/chart_plot.h"
#include "window/frame_meter.h"
#include "window/run_controller.h"
#include "window_program.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Options {
    std::string workspace;
    int seconds = 60, overlays = 10;
};

/// Of this program: the largest part of it in memory so far, and now.
double megabytes(const char* line) {
    std::ifstream status("/proc/self/status");
    for (std::string text; std::getline(status, text);)
        if (text.starts_with(line)) return std::stod(text.substr(text.find(':') + 1)) / 1024;
    return 0;
}

/// Keeps the window going until it holds; false after five minutes. The loop sleeps between events:
/// one that asks all the time would take a core from the training that is measured beside it.
bool waitUntil(const std::function<bool()>& holds) {
    QElapsedTimer clock;
    clock.start();
    QEventLoop loop;
    QTimer timer;
    bool held = false;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        held = holds();
        if (held || clock.elapsed() > 300'000) loop.quit();
    });
    timer.start(5);
    loop.exec();
    return held;
}

void passTime(int milliseconds) {
    QEventLoop loop;
    QTimer::singleShot(milliseconds, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

class Bench {
public:
    Bench(MainWindow& window, const Options& options) : window_(window), options_(options) {}

    void run() {
        memory("a window with the workspace's runs");
        openRuns();
        overlayRuns();
        panAndZoom();
        filterRuns();
        dragSlider();
        train();
        memory("afterwards");
    }

private:
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = window_.findChild<Widget*>(name);
        if (!found) qFatal("the window has no %s", qPrintable(name));
        return found;
    }
    ChartGrid* grid() { return find<ChartGrid>("chartGrid"); }
    QAbstractItemModel* completions() { return find<QTableView>("completions")->model(); }
    QListView* runs() { return find<QListView>("runList"); }

    void memory(const char* when) {
        std::printf("| memory, %s | %.0f MB, at most %.0f MB |\n", when, megabytes("VmRSS"),
                    megabytes("VmHWM"));
    }
    void took(const char* what, const std::function<void()>& act,
              const std::function<bool()>& done) {
        QElapsedTimer clock;
        clock.start();
        act();
        const bool happened = waitUntil(done);
        QApplication::processEvents();
        std::printf("| %s | %s |\n", what,
                    happened ? qPrintable(QString("%1 ms").arg(clock.elapsed())) : "never");
    }
    /// Does it in every frame for some seconds.
    void frames(const char* what, double seconds, const std::function<void(int)>& act = {}) {
        FrameMeter meter;
        QElapsedTimer clock;
        clock.start();
        for (int frame = 0; clock.elapsed() < seconds * 1000; ++frame) {
            if (act) act(frame);
            passTime(16);
        }
        std::printf("| %s | %s |\n", what, qPrintable(meter.report()));
    }

    void clickRun(int row) { Q_EMIT runs()->clicked(runs()->model()->index(row, 0)); }

    void openRuns() {
        // The newest is the one with completions.
        took(
            "opening the run with completions: curves and the newest step's completions",
            [&] { clickRun(0); },
            [&] { return grid()->series().keys().size() > 3 && completions()->rowCount() > 0; });
        const auto shown = window_.controller().shownRun();
        took(
            "opening a run of curves alone", [&] { clickRun(1); },
            [&] {
                return window_.controller().shownRun() != shown &&
                       grid()->series().points("reward").size() > 4000;
            });
        passTime(500);
    }

    void overlayRuns() {
        runs()->selectionModel()->clear();
        for (int row = 2; row < 2 + options_.overlays; ++row)
            runs()->selectionModel()->select(runs()->model()->index(row, 0),
                                             QItemSelectionModel::Select);
        QAction* overlay = nullptr;
        for (QAction* action : runs()->actions())
            if (action->objectName() == "runOverlay") overlay = action;
        took(
            "laying runs over its charts", [&] { overlay->trigger(); },
            [&] {
                grid()->redrawNow();
                const auto values = plot()->overlaidValues();
                return static_cast<int>(values.size()) == options_.overlays;
            });
        memory("with them");
    }

    ChartPlot* plot() {
        for (Chart* chart : grid()->shownCharts())
            if (chart->hasPoints()) return chart->findChild<ChartPlot*>();
        qFatal("no chart has points");
    }
    void mouse(QEvent::Type type, const QPointF& at, Qt::MouseButtons held) {
        ChartPlot* target = plot();
        QMouseEvent event(type, at, target->mapToGlobal(at),
                          type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton, held,
                          Qt::NoModifier);
        QApplication::sendEvent(target, &event);
    }
    void wheel(int delta) {
        ChartPlot* target = plot();
        const QPointF at = target->rect().center();
        QWheelEvent event(at, target->mapToGlobal(at), {}, {0, delta}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(target, &event);
    }

    void panAndZoom() {
        frames("zooming them with the wheel", 5,
               [&](int frame) { wheel(frame % 100 < 50 ? 120 : -120); });
        for (int turn = 0; turn < 10; ++turn) wheel(120);
        const QPointF middle = plot()->rect().center();
        mouse(QEvent::MouseButtonPress, middle, Qt::LeftButton);
        frames("panning them with the mouse", 5, [&](int frame) {
            const double across = 60 * std::sin(frame / 20.0);
            mouse(QEvent::MouseMove, middle + QPointF(across, 0), Qt::LeftButton);
        });
        mouse(QEvent::MouseButtonRelease, middle, Qt::NoButton);
        grid()->follow();
        frames("moving the crosshair over them", 5, [&](int frame) {
            mouse(QEvent::MouseMove, QPointF(60 + frame % 120, 60), Qt::NoButton);
        });
    }

    void filterRuns() {
        auto* filter = find<QLineEdit>("runFilter");
        const QString text = "curves 4";
        frames("typing into the filter of runs", 3, [&](int frame) {
            if (frame % 4 == 0) filter->setText(text.left(frame / 4 % (text.size() + 1)));
        });
        filter->clear();
    }

    void dragSlider() {
        clickRun(0);
        waitUntil([&] { return completions()->rowCount() > 0; });
        auto* slider = find<QSlider>("timeSlider");
        passTime(500);
        frames("dragging the time slider over the run with completions", 5,
               [&](int frame) { slider->setValue((frame * 37) % slider->maximum()); });
        took(
            "from a chosen step to its completions", [&] { slider->setValue(777); },
            [&] { return find<QLabel>("completionsHeader")->text().contains("step 777:"); });
        window_.controller().goLive();
    }

    void train() {
        const auto start = [&](const char* what, std::int64_t steps) {
            Settings settings = *preset_settings("grpo-arithmetic");
            settings.max_steps = steps;
            window_.controller().showDraft(settings, what);
            find<QPushButton>("transportPrimary")->click();
        };
        start("first start", 5);
        took(
            "first start of the built-in task: to the first point of its supervised start", [] {},
            [&] { return !grid()->series().keys().empty(); });
        took(
            "... from there to the first completions", [] {},
            [&] { return completions()->rowCount() > 0; });
        waitUntil([&] { return !window_.bridge().activeRun(); });
        start("watched", 100'000);
        QElapsedTimer clock;
        clock.start();
        took(
            "starting it again, its supervised model in the cache: to the first point", [] {},
            [&] { return !grid()->series().points("loss").empty(); });
        took(
            "... from there to the first completions", [] {},
            [&] { return completions()->rowCount() > 0; });
        std::fflush(stdout);
        frames("watching it train on all cores", options_.seconds);
        memory("while it trains");
        QAction* overlay = nullptr;
        for (QAction* action : runs()->actions())
            if (action->objectName() == "runOverlay") overlay = action;
        if (overlay) frames("... with the runs still laid over its charts", 10);
        window_.bridge().abort();
        waitUntil([&] { return !window_.bridge().activeRun(); });
    }

    MainWindow& window_;
    const Options& options_;
};

}  // namespace

int main(int argc, char** argv) {
    QElapsedTimer sinceStart;
    sinceStart.start();
    Options options;
    CLI::App arguments("What a user of the window feels on a large workspace");
    arguments.add_option("--workspace", options.workspace, "Made by plumbline-make-workspace")
        ->required();
    arguments.add_option("--seconds", options.seconds, "How long a run is watched")
        ->check(CLI::PositiveNumber);
    arguments.add_option("--overlays", options.overlays, "Runs laid over each other")
        ->check(CLI::Range(1, 15));
    CLI11_PARSE(arguments, argc, argv);
    WindowProgram program(argc, argv, "plumbline-bench-window");
    program.run(options.workspace, [&](MainWindow& window) {
        std::printf(
            "| what | |\n|---|---|\n| start of the program to a usable window | %lld ms |\n",
            static_cast<long long>(sinceStart.elapsed()));
        Bench(window, options).run();
    });
    return 0;
}
