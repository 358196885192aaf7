// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/memory_cost_panel.h"

#include <QApplication>
#include <QImage>
#include <QLabel>

#include "common/theme.h"
#include "test_main.h"
#include "widgets/memory_bars.h"
#include "widgets/share_bar.h"
#include "widgets/value_bar.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Shown {
    MemoryCostPanel panel;
    Shown() {
        panel.resize(740, 170);
        panel.show();
    }
    QLabel* label(const QString& name) {
        auto* found = panel.findChild<QLabel*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    /// Empty where the label is not seen.
    QString text(const QString& name) {
        return label(name)->isVisible() ? label(name)->text() : QString();
    }
    ValueBar* bar(const QString& owner) { return panel.findChild<ValueBar*>("memory:" + owner); }
};

/// PPO as the ledger measures it: four models.
Metrics ppo_step(double n) {
    return {{"memory/policy", 1.3},
            {"memory/reference", 1.3},
            {"memory/reward_model", 1.2},
            {"memory/value_model", 1.4},
            {"memory/gradients", 2.6},
            {"memory/optimizer", 5.3},
            {"memory/cache", 3.25},
            {"memory/activations", 20 + n},
            {"memory/peak", 35 + n},
            {"memory/resident", 410},
            {"memory/models", 4},
            {"time/generate", 0.12},
            {"time/score", 0.03},
            {"time/update", 0.15},
            {"step_time", 0.3},
            {"time/tokens_per_second", 14200},
            {"cost/generated_tokens", 640 * n},
            {"cost/scored_tokens", 21400 * n},
            {"cost/trained_tokens", 1280 * n},
            {"cost/flops", 1.5e12 * n}};
}

MemoryForecast forecast() {
    MemoryForecast forecast;
    forecast.parts = {{"policy", 1.3e6},      {"reference", 1.3e6}, {"reward_model", 1.3e6},
                      {"value_model", 1.3e6}, {"gradients", 2.6e6}, {"optimizer", 5.2e6},
                      {"cache", 3e6},         {"activations", 28e6}};
    forecast.peak = 42e6;
    forecast.process = 400e6;
    forecast.models = 4;
    forecast.assumptions = {"Completions reach their longest length.", "Memory is on the CPU."};
    return forecast;
}

/// The share of a bar's middle line that is darker or lighter than the panel by some way.
double inked_share(ValueBar* bar) {
    const QImage image = bar->grab().toImage();
    const QColor ground = panelColour(bar->palette());
    int inked = 0;
    for (int x = 0; x < image.width(); ++x) {
        const QColor here = image.pixelColor(x, image.height() / 2);
        inked += std::abs(here.lightness() - ground.lightness()) > 40;
    }
    return static_cast<double>(inked) / image.width();
}

}  // namespace

class TestMemoryCostPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_empty_panel_says_what_to_do() {
        Shown shown;
        shown.panel.showNothing("Choose a run on the left.");
        QCOMPARE(shown.text("memoryEmpty"), "Choose a run on the left.");
        QCOMPARE(shown.text("memory:policy:measured"), "");
        QCOMPARE(shown.text("memoryNote"), "");
    }

    void a_draft_shows_what_is_predicted() {
        Shown shown;
        shown.panel.showDraft("cpu");
        shown.panel.setPredicting();
        QVERIFY(shown.text("memorySummary").contains("working out"));
        shown.panel.setMemoryForecast(forecast());
        QCOMPARE(shown.text("memorySummary"),
                 QString("4 models \u00B7 peak 42.0 MB \u00B7 process 400.0 MB"));
        QCOMPARE(shown.text("memory:activations:predicted"), "28.0");
        QVERIFY(!shown.label("memory:activations:measured")->isVisible());
        QCOMPARE(shown.bar("activations")->values().measured, std::nullopt);
        QCOMPARE(shown.bar("activations")->values().predicted, 28.0);
        QVERIFY(shown.text("forecastAssumptions").contains("reach their longest length."));
        QVERIFY(!shown.label("time:step")->isVisible());
    }

    void the_time_before_the_start_says_what_it_rests_on() {
        Shown shown;
        shown.panel.showDraft("cpu");
        QVERIFY(!shown.label("forecastTime")->isVisible());
        shown.panel.setTimeForecast(TimeForecast{.run = 3,
                                                 .name = "first try",
                                                 .seconds_per_step = 0.31,
                                                 .measured_steps = 140,
                                                 .total_steps = 300});
        const QString text = shown.text("forecastTime");
        QVERIFY2(text.startsWith("About 1 min 33 s for 300 steps"), qPrintable(text));
        QVERIFY2(text.contains("140 steps of run 3, first try"), qPrintable(text));
        shown.panel.setTimeForecast(std::nullopt);
        QVERIFY(!shown.label("forecastTime")->isVisible());
    }

    void a_draft_that_cannot_be_predicted_says_why() {
        Shown shown;
        shown.panel.showDraft("cpu");
        shown.panel.setMemoryForecast(forecast());
        shown.panel.setMemoryForecast(
            Error{ErrorCode::not_found, "/nowhere/rows.jsonl does not exist"});
        QCOMPARE(shown.text("memoryProblem"),
                 "The memory cannot be predicted: /nowhere/rows.jsonl does not exist");
        QCOMPARE(shown.text("memory:policy:predicted"), "");
        QCOMPARE(shown.text("memorySummary"), "");
        shown.panel.setMemoryForecast(forecast());
        QVERIFY(!shown.label("memoryProblem")->isVisible());
        QCOMPARE(shown.text("memory:policy:predicted"), "1.3");
    }

    void a_run_shows_the_measured_over_the_predicted() {
        Shown shown;
        shown.panel.showRun("cpu", {});
        shown.panel.setMemoryForecast(forecast());
        QVERIFY(shown.text("memoryNote").contains("first step"));
        shown.panel.append(1, ppo_step(1));
        QTRY_COMPARE(shown.text("memory:activations:measured"), "21.0");
        QCOMPARE(shown.text("memory:activations:predicted"), "28.0");
        QCOMPARE(shown.text("memory:value_model:measured"), "1.4");
        QCOMPARE(shown.text("memory:value_model:predicted"), "1.3");
        QCOMPARE(shown.text("memorySummary"), QString("4 models \u00B7 peak 36.0 MB, predicted 42.0"
                                                      " \u00B7 process 410.0 MB"));
        QCOMPARE(shown.text("memoryTitle"), "Memory and cost of step 1, newest");
        // All bars have one scale: that of the largest number.
        for (const char* owner : {"policy", "cache", "activations"})
            QCOMPARE(shown.bar(owner)->values().scale, 28.0);
    }

    void bars_are_as_long_as_their_values() {
        Shown shown;
        shown.panel.showRun("cpu", {});
        shown.panel.append(1, ppo_step(1));
        QTRY_COMPARE(shown.text("memory:activations:measured"), "21.0");
        QVERIFY(inked_share(shown.bar("activations")) > 0.97);
        const double share = inked_share(shown.bar("optimizer"));
        QVERIFY2(std::abs(share - 5.3 / 21) < 0.03, qPrintable(QString::number(share)));
    }

    void owners_without_memory_are_left_out() {
        Shown shown;
        Metrics metrics = ppo_step(1);
        for (const char* owner : {"memory/reference", "memory/reward_model", "memory/value_model"})
            metrics[owner] = 0;
        metrics["memory/models"] = 1;
        shown.panel.showRun("cpu", {});
        shown.panel.append(1, metrics);
        QTRY_COMPARE(shown.text("memory:policy:measured"), "1.3");
        QVERIFY(!shown.bar("reference")->isVisible());
        QVERIFY(!shown.bar("value_model")->isVisible());
        QVERIFY(shown.text("memorySummary").startsWith("1 model \u00B7 "));
    }

    void the_time_of_a_step_is_split_and_costs_are_told() {
        Shown shown;
        shown.panel.showRun("cpu", {});
        for (int step = 1; step <= 10; ++step) shown.panel.append(step, ppo_step(step));
        shown.panel.setTimeLeft(65);
        QTRY_COMPARE(shown.text("time:step"), "TIME OF A STEP  0.300 s");
        QCOMPARE(shown.text("time:meanHead"), "mean of 10 steps");
        QCOMPARE(shown.text("time:generate:mean"), "0.120 s");
        QCOMPARE(shown.text("time:generate:share"), "40 %");
        QCOMPARE(shown.text("time:score:share"), "10 %");
        QCOMPARE(shown.text("time:update:share"), "50 %");
        QCOMPARE(shown.text("time:update:total"), "1.5 s");
        QCOMPARE(shown.text("time:speed"), "14.2k tokens/s");
        QCOMPARE(shown.text("cost/generated_tokens"), "6400 tokens");
        QCOMPARE(shown.text("cost/scored_tokens"), "214k tokens");
        QCOMPARE(shown.text("cost/trained_tokens"), "12.8k tokens");
        QCOMPARE(shown.text("cost/flops"), "15 TFLOP");
        QCOMPARE(shown.text("timeLeft"), "1 min 05 s left");
        const auto& parts = shown.panel.findChild<ShareBar*>("timeSplit")->parts();
        QCOMPARE(parts.size(), 3u);
        QVERIFY(std::abs(parts[0] - 0.12) < 1e-9 && std::abs(parts[2] - 0.15) < 1e-9);
    }

    void an_algorithm_that_samples_nothing_has_one_part() {
        Shown shown;
        shown.panel.showRun("cpu", {});
        shown.panel.append(1, {{"step_time", 0.25}, {"memory/policy", 1.3}});
        QTRY_COMPARE(shown.text("time:update:mean"), "0.250 s");
        QCOMPARE(shown.text("time:update:share"), "100 %");
        QVERIFY(!shown.label("time:generate:mean")->isVisible());
    }

    void the_slider_shows_an_earlier_step() {
        Shown shown;
        std::map<std::string, std::vector<MetricPoint>> metrics;
        for (int step = 1; step <= 8; ++step)
            for (const auto& [key, value] : ppo_step(step)) metrics[key].push_back({step, value});
        shown.panel.showRun("cpu", metrics);
        QCOMPARE(shown.text("memory:activations:measured"), "28.0");
        shown.panel.setShownStep(3);
        QTRY_COMPARE(shown.text("memory:activations:measured"), "23.0");
        QCOMPARE(shown.text("memoryTitle"), "Memory and cost of step 3");
        QCOMPARE(shown.text("cost/trained_tokens"), "3840 tokens");
        shown.panel.append(9, ppo_step(9));
        shown.panel.setShownStep(std::nullopt);
        QTRY_COMPARE(shown.text("memory:activations:measured"), "29.0");
        shown.panel.setShownStep(0);  // before the first update nothing was measured
        QTRY_VERIFY(!shown.label("memory:activations:measured")->isVisible());
    }

    void a_hidden_panel_shows_the_newest_when_it_is_seen_again() {
        Shown shown;
        shown.panel.showRun("cpu", {});
        shown.panel.hide();
        shown.panel.append(1, ppo_step(1));
        shown.panel.append(2, ppo_step(2));
        shown.panel.show();
        QCOMPARE(shown.text("memory:activations:measured"), "22.0");
    }

    void another_run_begins_anew() {
        Shown shown;
        shown.panel.showRun("cpu", {});
        shown.panel.append(5, ppo_step(5));
        shown.panel.setShownStep(2);
        shown.panel.showRun("cpu", {});
        shown.panel.append(1, ppo_step(1));
        QTRY_COMPARE(shown.text("memoryTitle"), "Memory and cost of step 1, newest");
        QCOMPARE(shown.text("time:meanHead"), "this step");
    }

    void numbers_that_leave_the_gpu_out_say_so() {
        Shown shown;
        shown.panel.showDraft("cuda:0");
        QVERIFY(shown.text("memoryNote").contains("cuda:0"));
        shown.panel.showRun("cuda:0", {});
        shown.panel.append(1, ppo_step(1));
        QTRY_VERIFY(shown.text("memoryTitle").contains("step 1"));
        QVERIFY(shown.text("memoryNote").contains("CPU alone"));
        shown.panel.showDraft("cpu");
        QCOMPARE(shown.text("memoryNote"), "");
    }

    void a_run_from_before_the_ledger_says_so() {
        Shown shown;
        shown.panel.showRun("cpu", {{"step_time", {{1, 0.5}}}});
        QVERIFY(shown.text("memoryNote").contains("before memory was measured"));
        QCOMPARE(shown.text("memorySummary"), "");
    }

    void the_parts_differ_in_lightness_in_both_themes() {
        for (const ThemeChoice theme : {ThemeChoice::dark, ThemeChoice::light}) {
            applyTheme(*qApp, theme);
            const QPalette palette = QApplication::palette();
            for (int a = 0; a < 3; ++a)
                for (int b = 0; b < a; ++b)
                    QVERIFY(std::abs(qGray(partColour(a, palette).rgb()) -
                                     qGray(partColour(b, palette).rgb())) >= 40);
        }
    }
};

PLUMB_REGISTER_TEST(TestMemoryCostPanel)
#include "memory_cost_panel_test.moc"
