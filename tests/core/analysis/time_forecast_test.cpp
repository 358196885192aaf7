// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/time_forecast.h"

#include "config/presets.h"
#include "config/yaml.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// A workspace whose runs are made of settings and the seconds of their steps.
struct Workspace {
    TemporaryFolder folder;
    std::unique_ptr<Store> store;

    Workspace() {
        auto opened = Store::open(folder.path() / "workspace", Access::read_write);
        if (!opened.ok()) qFatal("%s", opened.error().message.c_str());
        store = std::move(*opened);
    }

    RunId add(const Settings& settings, const std::vector<double>& seconds) {
        const auto id = store->create_run({.name = "earlier",
                                           .algorithm = settings.algorithm,
                                           .settings = write_settings(settings)});
        if (!id.ok()) qFatal("%s", id.error().message.c_str());
        for (std::size_t i = 0; i < seconds.size(); ++i)
            store->add_metrics(*id, static_cast<std::int64_t>(i) + 1, {{"step_time", seconds[i]}},
                               77);
        if (!store->flush().ok()) qFatal("the rows were not written");
        return *id;
    }

    std::optional<TimeForecast> forecast(const Settings& settings) {
        auto reader = StoreReader::open(folder.path() / "workspace");
        if (!reader.ok()) qFatal("%s", reader.error().message.c_str());
        auto answer = forecast_time(**reader, settings);
        if (!answer.ok()) qFatal("%s", answer.error().message.c_str());
        return *answer;
    }
};

Settings arithmetic() {
    Settings settings = *preset_settings("grpo-arithmetic-smoke");
    settings.threads = 2;
    return settings;
}

const std::vector<double> seconds = {0.5, 0.3, 0.2, 0.2, 0.2, 0.4};  // mean 0.3

}  // namespace

class TestTimeForecast : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_empty_workspace_tells_nothing() {
        Workspace workspace;
        QVERIFY(!workspace.forecast(arithmetic()));
    }

    void a_run_alike_tells_its_mean() {
        Workspace workspace;
        workspace.add(arithmetic(), {9, 9, 9, 9, 9, 9});
        const RunId newest = workspace.add(arithmetic(), seconds);
        Settings settings = arithmetic();
        settings.seed += 1;
        settings.max_steps = 200;
        settings.learning_rate *= 2;
        settings.eval_steps += 5;
        settings.threads = 0;  // as many as the machine has, before the start
        const auto forecast = workspace.forecast(settings);
        QVERIFY(forecast);
        QCOMPARE(forecast->run, newest);
        COMPARE_TEXT(forecast->name, "earlier");
        QCOMPARE(forecast->measured_steps, 6);
        QCOMPARE(forecast->total_steps, 200);
        QVERIFY(std::abs(forecast->seconds_per_step - 0.3) < 1e-12);
        QVERIFY(std::abs(forecast->seconds() - 60) < 1e-9);
    }

    void a_run_of_another_size_tells_nothing() {
        Workspace workspace;
        workspace.add(arithmetic(), seconds);
        const std::vector<std::function<void(Settings&)>> changes = {
            [](Settings& s) { s.hidden_size *= 2; },
            [](Settings& s) { s.num_generations *= 2; },
            [](Settings& s) { s.max_completion_length += 1; },
            [](Settings& s) { s.per_device_train_batch_size *= 2; },
            [](Settings& s) { s.beta += 0.04; },
            [](Settings& s) { s.threads = 1; },
            [](Settings& s) { s.device = "cuda"; },
            [](Settings& s) { s.task = "reviews"; },
            [](Settings& s) { s.algorithm = "rloo"; }};
        for (const auto& change : changes) {
            Settings settings = arithmetic();
            change(settings);
            QVERIFY(!workspace.forecast(settings));
        }
    }

    void a_run_of_few_steps_tells_nothing() {
        Workspace workspace;
        workspace.add(arithmetic(), {0.5, 0.3});
        QVERIFY(!workspace.forecast(arithmetic()));
    }

    void a_run_that_was_changed_on_the_way_tells_nothing() {
        Workspace workspace;
        const RunId id = workspace.add(arithmetic(), seconds);
        QVERIFY(workspace.store->add_edit(id, {.step = 2, .key = "learning_rate"}).ok());
        QVERIFY(workspace.forecast(arithmetic()));
        QVERIFY(workspace.store->add_edit(id, {.step = 3, .key = "max_completion_length"}).ok());
        QVERIFY(!workspace.forecast(arithmetic()));
    }

    void steps_are_unknown_where_epochs_decide_and_differ() {
        Workspace workspace;
        Settings settings = *preset_settings("dpo-reviews-smoke");
        settings.max_steps = -1;
        settings.num_train_epochs = 2;
        workspace.add(settings, seconds);
        QCOMPARE(workspace.forecast(settings)->total_steps, 77);
        settings.num_train_epochs = 3;
        QCOMPARE(workspace.forecast(settings)->total_steps, 0);
    }
};

PLUMB_REGISTER_TEST(TestTimeForecast)
#include "time_forecast_test.moc"
