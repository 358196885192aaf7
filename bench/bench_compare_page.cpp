// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-bench-compare-page: what the whole Compare page of many runs costs the window.
//
//   QT_QPA_PLATFORM=offscreen plumbline-bench-compare-page [--runs 50] [--steps 150]
//
// Makes a workspace of that many runs with evaluations and answers, opens the real window on it and
// presses what a user presses. Told is the longest turn of the event loop in processor time of the
// GUI's thread, which must stay below a frame of 16 ms, and the time until the page was at rest.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include <CLI/CLI.hpp>
#include <QAbstractEventDispatcher>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <QToolButton>

#include "base/random.h"
#include "bridge/compare_feed.h"
#include "config/presets.h"
#include "config/yaml.h"
#include "pages/compare_page.h"
#include "plots/compare_charts.h"
#include "store/store.h"
#include "thread_time.h"
#include "window_program.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

constexpr const char* comparison_name = "many runs";
constexpr int rest_ms = 400;  // nothing happened for so long: the page is at rest

struct Options {
    int runs = 50, seeds = 5, metrics = 30;
    std::int64_t steps = 150;
};

void orExit(const Status& status) {
    if (!status.ok()) qFatal("%s", status.error().message.c_str());
}

Metrics metricsOf(std::int64_t step, double weight, const Options& options, Random& random) {
    const double share = static_cast<double>(step) / static_cast<double>(options.steps);
    const double kl = 12 * share / (1 + 30 * weight);
    Metrics metrics{{"loss", 1 - share + 0.1 * random.normal()},
                    {"reward", std::sqrt(kl) + 0.1 * random.normal()},
                    {"kl", kl + 0.2 * random.normal()},
                    {"entropy", 2 - share + 0.1 * random.normal()},
                    {"step_time", 0.1},
                    {"num_tokens", 400.0 * static_cast<double>(step)},
                    {"cost/flops", 2e10 * static_cast<double>(step)}};
    for (int i = 0; i < options.metrics; ++i)
        metrics["metric/" + std::to_string(i)] = random.normal();
    if (step % 10 != 0) return metrics;
    metrics["eval/gold_reward"] = 1.2 * std::sqrt(kl) - 0.12 * kl + 0.1 * random.normal();
    metrics["eval/reward"] = 1.2 * std::sqrt(kl) + 0.05 * random.normal();
    metrics["eval/kl_sequence"] = kl + 0.2 * random.normal();
    return metrics;
}

std::vector<CompletionRecord> answersOf(std::int64_t step, Random& random) {
    std::vector<CompletionRecord> rows;
    for (int i = 0; i < 16; ++i)
        rows.push_back({.step = step,
                        .row = -1 - i,
                        .prompt = "prompt " + std::to_string(i),
                        .completion = "the film says " + std::to_string(step) + " things",
                        .reward = random.normal(),
                        .length = 5,
                        .ended = true});
    return rows;
}

void makeWorkspace(const std::string& folder, const Options& options) {
    auto opened = Store::open(folder, Access::read_write);
    if (!opened) qFatal("%s", opened.error().message.c_str());
    Store& store = **opened;
    constexpr const char* presets[] = {"ppo-reviews", "grpo-reviews"};
    constexpr double weights[] = {0.01, 0.02, 0.05, 0.1, 0.2};
    Random random(1);
    for (int i = 0; i < options.runs; ++i) {
        const int group = i / options.seeds;
        Settings settings = *preset_settings(presets[group % 2]);
        settings.seed = i % options.seeds;
        settings.beta = settings.kl_coef = weights[group / 2 % 5];
        settings.comparison = comparison_name;
        settings.variant = settings.algorithm + " " + std::to_string(settings.beta);
        RunRecord record;
        record.name = settings.variant + ", seed " + std::to_string(settings.seed);
        record.algorithm = settings.algorithm;
        record.settings = write_settings(settings);
        record.total_steps = options.steps;
        const auto run = store.create_run(record);
        if (!run) qFatal("%s", run.error().message.c_str());
        for (std::int64_t step = 1; step <= options.steps; ++step) {
            store.add_metrics(*run, step, metricsOf(step, settings.beta, options, random),
                              options.steps);
            if (step % 50 == 0) store.add_completions(*run, step, answersOf(step, random));
        }
        orExit(store.flush());
        orExit(store.set_run_state(*run, RunState::finished, ""));
    }
}

/// The longest turn of this thread's event loop since it was last asked.
class Turns : public QObject {
public:
    Turns() {
        const auto* dispatcher = QAbstractEventDispatcher::instance();
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] { end(); });
        connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] { end(); });
    }
    double longest() {
        end();
        return std::exchange(m_longest, 0);
    }
    /// Milliseconds since a turn took over one.
    qint64 quiet() const { return m_sinceBusy.elapsed(); }
    void begin() {
        m_before = threadMilliseconds();
        m_longest = 0;
        m_sinceBusy.start();
    }

private:
    void end() {
        const double now = threadMilliseconds(), turn = now - m_before;
        if (turn > 1) m_sinceBusy.start();
        m_longest = std::max(m_longest, turn);
        m_before = now;
    }

    double m_before = 0, m_longest = 0;
    QElapsedTimer m_sinceBusy;
};

void measure(Turns& turns, const char* what, const std::function<void()>& act) {
    QEventLoop loop;
    QElapsedTimer whole;
    QTimer timer;
    turns.begin();
    whole.start();
    QTimer::singleShot(0, &loop, act);
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        if (turns.quiet() > rest_ms) loop.quit();
    });
    timer.start(20);
    loop.exec();
    std::printf("| %s | %.1f ms | %lld ms |\n", what, turns.longest(),
                static_cast<long long>(std::max<qint64>(0, whole.elapsed() - rest_ms)));
    std::fflush(stdout);
}

template <class Widget>
Widget* find(MainWindow& window, const char* name) {
    auto* found = window.findChild<Widget*>(name);
    if (!found) qFatal("the window has no %s", name);
    return found;
}

void measurePage(MainWindow& window) {
    Turns turns;
    const auto press = [&](const char* what, const char* name) {
        measure(turns, what, [&] { find<QAbstractButton>(window, name)->click(); });
    };
    auto& page = *find<ComparePage>(window, "comparePage");
    std::printf("| what | longest turn | until at rest |\n|---|---|---|\n");
    press("the page, empty", "tabCompare");
    measure(turns, "the comparison", [&] { page.compareNamed(comparison_name); });
    press("tables", "compareTabTables");
    press("win rates", "compareTabRates");
    press("answers", "compareTabAnswers");
    press("overview again", "compareTabOverview");
    press("every run", "everyRun");
    press("means again", "everyRun");
    auto& charts = *find<CompareCharts>(window, "compareCharts");
    measure(turns, "a group taken off",
            [&] { charts.setHiddenGroups({page.feed().comparison()->groups.front().name}); });
    measure(turns, "and put back", [&] { charts.setHiddenGroups({}); });
    measure(turns, "its runs went on", [&] { charts.setComparison(page.feed().comparison()); });
    measure(turns, "the window larger", [&] { window.resize(1900, 1000); });
    press("back to training", "tabTrain");
    press("the page again", "tabCompare");
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App arguments("What the Compare page of many runs costs the window");
    arguments.add_option("--runs", options.runs)->check(CLI::PositiveNumber);
    arguments.add_option("--seeds", options.seeds)->check(CLI::PositiveNumber);
    arguments.add_option("--steps", options.steps)->check(CLI::PositiveNumber);
    arguments.add_option("--metrics", options.metrics)->check(CLI::NonNegativeNumber);
    CLI11_PARSE(arguments, argc, argv);
    WindowProgram program(argc, argv, "plumbline-bench-compare-page");
    const std::string workspace = program.ownPath("workspace");
    makeWorkspace(workspace, options);
    program.run(workspace, measurePage, {1280, 720});
    return 0;
}
