// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-bench-compare: what the charts of a comparison of many runs cost the window.
//
//   QT_QPA_PLATFORM=offscreen plumbline-bench-compare [--runs 50] [--steps 150] [--metrics 60]
//       [--pictures FOLDER]
//
// Times are processor time of the GUI's thread, which must stay below a frame of 16 ms; what is
// computed in the background is told apart. --pictures writes what the charts, the frontier and the
// report look like.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>

#include "base/random.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/chart_grid.h"
#include "plots/compare_charts.h"
#include "plots/frontier_plot.h"
#include "report/report_painter.h"
#include "thread_time.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Options {
    int runs = 50, metrics = 60, seeds = 3;
    std::int64_t steps = 150;
    std::string pictures;
};

ComparedRun madeRun(int index, const Options& options, Random& random) {
    constexpr const char* algorithms[] = {"ppo", "grpo", "dpo"};
    constexpr double weights[] = {0, 0.02, 0.05, 0.1, 0.2, 0.4};
    const int group = index / options.seeds;
    ComparedRun run;
    run.settings.algorithm = run.record.algorithm = algorithms[group % 3];
    run.settings.seed = index % options.seeds;
    const double weight = weights[group / 3 % 6];
    run.settings.kl_coef = run.settings.beta = weight;
    run.settings.dpo_beta = weight + 0.01;
    run.record.id = index + 1;
    run.record.name = run.record.algorithm + "-" + std::to_string(index + 1);
    run.record.state = RunState::finished;
    run.record.step = options.steps;
    const double reach = 4 + group % 3 + 12 / (1 + 30 * weight), start = 0.3 * random.normal();
    for (std::int64_t step = 1; step <= options.steps; ++step) {
        const double share = static_cast<double>(step) / static_cast<double>(options.steps);
        const double kl = reach * share;
        const double gold = 1.2 * std::sqrt(kl) - 0.12 * kl + 0.1 * start;
        const auto add = [&](const std::string& key, double value) {
            run.metrics[key].push_back({step, value});
        };
        add("entropy", 2 - share + 0.1 * random.normal());
        add("loss", 1 - 0.5 * share + 0.1 * random.normal());
        add("objective/kl", kl + 0.3 * random.normal());
        add("step_time", 0.1 + 0.05 * (group % 3));
        add("num_tokens", 400.0 * static_cast<double>(step));
        add("cost/flops", 2e10 * (1 + group % 3) * static_cast<double>(step));
        for (int i = 0; i < options.metrics - 10; ++i)
            add("metric/" + std::to_string(i), random.normal());
        if (step % 10 != 0) continue;
        add("eval/gold_reward", gold + 0.1 * random.normal());
        add("eval/reward", 1.2 * std::sqrt(kl) + 0.05 * random.normal());
        add("eval/kl_sequence", kl + 0.2 * random.normal());
        add("completions/mean_length", 12 + 4 * share + 0.3 * random.normal());
    }
    return run;
}

std::shared_ptr<const Comparison> madeComparison(const Options& options) {
    Random random(1);
    std::vector<ComparedRun> runs;
    for (int i = 0; i < options.runs; ++i) runs.push_back(madeRun(i, options, random));
    return std::make_shared<const Comparison>(compare_runs(std::move(runs)));
}

template <class Work>
void measure(const char* what, Work work) {
    const double before = threadMilliseconds();
    work();
    std::printf("%-52s %8.2f ms\n", what, threadMilliseconds() - before);
}

/// Waits for the background, and tells the longest turn of the event loop meanwhile.
void settle(const char* what, const CompareCharts& charts) {
    QElapsedTimer whole;
    whole.start();
    double longest = 0;
    while (charts.isComputing()) {
        const double before = threadMilliseconds();
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        longest = std::max(longest, threadMilliseconds() - before);
    }
    std::printf("%-52s %8.2f ms, longest turn %.2f ms\n", what,
                static_cast<double>(whole.nsecsElapsed()) / 1e6, longest);
}

void measureCharts(CompareCharts& charts, const std::shared_ptr<const Comparison>& comparison) {
    measure("setComparison", [&] { charts.setComparison(comparison); });
    settle("  curves computed and drawn", charts);
    measure("setComparison again, as while runs go on", [&] { charts.setComparison(comparison); });
    settle("  curves computed and drawn", charts);
    measure("one redraw of all shown charts", [&] {
        charts.grid().follow();
        ChartsView view = charts.grid().view();
        view.smoothing = 0.5;
        charts.grid().setView(view);
        charts.grid().redrawNow();
        charts.grab();
    });
    measure("crosshair moves", [&] {
        Q_EMIT charts.grid().charts().front()->crosshairMoved(20);
        charts.grid().redrawNow();
    });
    measure("every run", [&] { charts.setEveryRun(true); });
    settle("  curves copied and drawn", charts);
    measure("one redraw of every run", [&] {
        ChartsView view = charts.grid().view();
        view.axis = XAxis::flops;
        charts.grid().setView(view);
        charts.grid().redrawNow();
        charts.grab();
    });
    charts.setEveryRun(false);
    settle("means again", charts);
}

void savePictures(const std::string& folder, CompareCharts& charts, FrontierPlot& frontier,
                  const Comparison& comparison, ThemeChoice theme) {
    const QString at = toQString(folder) + "/";
    const QString name = theme == ThemeChoice::dark ? "-dark.png" : "-light.png";
    charts.grid().redrawNow();
    charts.grab().save(at + "charts" + name);
    frontier.setWhat(FrontierOf::ends);
    frontier.grab().save(at + "frontier" + name);
    frontier.setRewards(FrontierRewards::both);
    frontier.setWhat(FrontierOf::evaluations);
    frontier.grab().save(at + "evaluations" + name);
    frontier.setRewards(FrontierRewards::gold);
    frontier.setWhat(FrontierOf::ends);
    if (theme == ThemeChoice::dark) return;
    const ComparisonReport report = make_report(comparison);
    for (const char* ending : {"report.pdf", "report.png", "report.html"})
        if (const Status saved = saveReport(report, at + ending); !saved)
            std::fprintf(stderr, "%s\n", saved.error().message.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App arguments("Times the charts of a comparison");
    arguments.add_option("--runs", options.runs)->check(CLI::PositiveNumber);
    arguments.add_option("--seeds", options.seeds)->check(CLI::PositiveNumber);
    arguments.add_option("--steps", options.steps)->check(CLI::PositiveNumber);
    arguments.add_option("--metrics", options.metrics)->check(CLI::Range(10, 10'000));
    arguments.add_option("--pictures", options.pictures);
    CLI11_PARSE(arguments, argc, argv);
    QApplication application(argc, argv);
    const QTemporaryDir kept;
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, kept.path());
    QApplication::setOrganizationName("plumbline-bench");
    applyTheme(application, ThemeChoice::light);
    const auto comparison = madeComparison(options);
    std::printf("%d runs in %zu groups, %lld steps, %d metrics\n", options.runs,
                comparison->groups.size(), static_cast<long long>(options.steps), options.metrics);
    CompareCharts charts;
    charts.resize(1100, 560);
    charts.show();
    measureCharts(charts, comparison);
    FrontierPlot frontier;
    frontier.resize(600, 300);
    frontier.show();
    measure("frontier of ends", [&] {
        frontier.setComparison(comparison);
        frontier.grab();
    });
    measure("frontier of evaluations", [&] {
        frontier.setWhat(FrontierOf::evaluations);
        frontier.grab();
    });
    if (options.pictures.empty()) return 0;
    std::filesystem::create_directories(options.pictures);
    for (const ThemeChoice theme : {ThemeChoice::light, ThemeChoice::dark}) {
        applyTheme(application, theme);
        savePictures(options.pictures, charts, frontier, *comparison, theme);
    }
    return 0;
}
