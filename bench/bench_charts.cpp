// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-bench-charts: how long a frame of the Train page's charts takes.
//
//   QT_QPA_PLATFORM=offscreen plumbline-bench-charts [--charts 12] [--curves 1] [--points 20000]
//
// A frame is everything between a change and the painted window: smoothing, thinning, drawing, and
// putting the picture together, as processor time of the thread, so that other programs do not
// count. QT_SCALE_FACTOR=2 measures a high-density screen.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

#include "base/random.h"
#include "common/theme.h"
#include "plots/chart_grid.h"
#include "thread_time.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Options {
    int charts = 12, curves = 1, frames = 200;
    std::int64_t points = 20'000;
};

std::string keyOf(int chart, int curve) {
    return "metric/" + std::to_string(chart) + "/" + std::to_string(curve);
}

std::vector<ChartGroup> groupsOf(const Options& options) {
    std::vector<ChartGroup> groups;
    for (int chart = 0; chart < options.charts; ++chart) {
        ChartGroup group{"Chart " + std::to_string(chart), {}};
        for (int curve = 0; curve < options.curves; ++curve)
            group.keys.push_back(keyOf(chart, curve));
        groups.push_back(std::move(group));
    }
    return groups;
}

/// Noise around a curve that levels off, as rewards do.
double valueAt(std::int64_t step, std::int64_t of, Random& random) {
    const double share = static_cast<double>(step) / static_cast<double>(of);
    return 1 - std::exp(-4 * share) + 0.1 * random.normal();
}

std::map<std::string, std::vector<MetricPoint>> metricsOf(const Options& options, Random& random) {
    std::map<std::string, std::vector<MetricPoint>> metrics;
    for (const ChartGroup& group : groupsOf(options))
        for (const std::string& key : group.keys)
            for (std::int64_t step = 1; step <= options.points; ++step)
                metrics[key].push_back({step, valueAt(step, options.points, random)});
    for (std::int64_t step = 1; step <= options.points; ++step) {
        metrics["step_time"].push_back({step, 0.1});
        metrics["objective/kl"].push_back({step, 10 * valueAt(step, options.points, random)});
    }
    return metrics;
}

void report(const char* what, std::vector<double> milliseconds) {
    std::ranges::sort(milliseconds);
    const auto at = [&](double share) {
        return milliseconds[static_cast<std::size_t>(share *
                                                     static_cast<double>(milliseconds.size() - 1))];
    };
    std::printf("%-34s p50 %6.1f ms   p95 %6.1f ms   p99 %6.1f ms\n", what, at(0.5), at(0.95),
                at(0.99));
}

void measure(const char* what, ChartGrid& grid, int frames,
             const std::function<void(int)>& change) {
    std::vector<double> milliseconds;
    for (int frame = 0; frame < frames; ++frame) {
        change(frame);
        const double before = threadMilliseconds();
        grid.redrawNow();
        QApplication::processEvents();
        milliseconds.push_back(threadMilliseconds() - before);
    }
    report(what, std::move(milliseconds));
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App arguments("Frame times of the Train page's charts");
    arguments.add_option("--charts", options.charts, "Charts")->check(CLI::PositiveNumber);
    arguments.add_option("--curves", options.curves, "Curves of each chart")
        ->check(CLI::PositiveNumber);
    arguments.add_option("--points", options.points, "Points of each curve")
        ->check(CLI::PositiveNumber);
    arguments.add_option("--frames", options.frames, "Frames of each measurement")
        ->check(CLI::PositiveNumber);
    CLI11_PARSE(arguments, argc, argv);
    QApplication application(argc, argv);
    // What is measured leaves the user's own arrangement alone.
    const QTemporaryDir settings;
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
    QApplication::setApplicationName("plumbline-bench-charts");
    applyTheme(application, ThemeChoice::light);

    Random random(1);
    ChartGrid grid;
    // All charts are in view: four rows of three.
    grid.resize(1360, 180 * ((options.charts + 2) / 3));
    grid.show();
    grid.showRun("grpo", groupsOf(options), {});
    grid.setView({});
    grid.setMetrics(metricsOf(options, random));
    QApplication::processEvents();
    std::printf("%d charts, %d curves each, %lld points a curve, scale %.1f\n", options.charts,
                options.curves, static_cast<long long>(options.points), grid.devicePixelRatioF());

    const auto last = static_cast<double>(options.points);
    Chart* first = grid.charts().front();
    measure("a step arrives", grid, options.frames, [&](int frame) {
        Metrics metrics{{"step_time", 0.1}, {"objective/kl", 5}};
        for (const ChartGroup& group : groupsOf(options))
            for (const std::string& key : group.keys) metrics[key] = 1;
        grid.append(options.points + frame + 1, metrics);
    });
    measure("panning a fifth of the run", grid, options.frames, [&](int frame) {
        const double start = last * 0.6 * frame / options.frames;
        Q_EMIT first->xRangeChosen(start, start + last / 5);
    });
    measure("zooming in", grid, options.frames, [&](int frame) {
        const double half = last / 2 * std::pow(0.97, frame);
        Q_EMIT first->xRangeChosen(last / 2 - half, last / 2 + half);
    });
    grid.follow();
    measure("moving the crosshair", grid, options.frames, [&](int frame) {
        Q_EMIT first->crosshairMoved(options.points * frame / options.frames);
    });
    grid.setView({.axis = XAxis::time});
    measure("a step arrives, over time", grid, options.frames, [&](int frame) {
        grid.append(options.points + options.frames + frame + 1, {{"step_time", 0.1}});
    });
    grid.setView({.axis = XAxis::kl});
    measure("a step arrives, over KL", grid, options.frames, [&](int frame) {
        grid.append(options.points + 2 * options.frames + frame + 1, {{"objective/kl", 5}});
    });
    return 0;
}
