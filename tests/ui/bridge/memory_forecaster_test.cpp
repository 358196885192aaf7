// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/memory_forecaster.h"

#include <QSignalSpy>

#include "config/presets.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

constexpr int patience_ms = 60'000;
/// Longer than the settings have to stand still.
constexpr int while_ms = 700;

Settings preset(const char* name) { return *preset_settings(name); }

struct Asked {
    TemporaryFolder folder;
    MemoryForecaster forecaster;
    int begun = 0;
    std::vector<Result<MemoryForecast>> answers;

    Asked() {
        forecaster.setWorkspace(folder.path());
        QObject::connect(&forecaster, &MemoryForecaster::begun, &forecaster, [this] { ++begun; });
        QObject::connect(
            &forecaster, &MemoryForecaster::done, &forecaster,
            [this](const Result<MemoryForecast>& answer) { answers.push_back(answer); });
    }
};

}  // namespace

class TestMemoryForecaster : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void settings_that_stand_still_are_predicted() {
        Asked asked;
        asked.forecaster.ask(preset("dpo-reviews-smoke"));
        QCOMPARE(asked.begun, 0);
        QTRY_COMPARE_WITH_TIMEOUT(asked.answers.size(), 1u, patience_ms);
        VERIFY_OK(asked.answers.front());
        QCOMPARE(asked.answers.front()->models, 2);
        QVERIFY(asked.answers.front()->peak > 0);
        QCOMPARE(asked.begun, 1);
    }

    void of_settings_in_motion_the_last_are_predicted() {
        Asked asked;
        for (const char* name : {"grpo-arithmetic-smoke", "dpo-reviews-smoke", "ppo-reviews-smoke"})
            asked.forecaster.ask(preset(name));
        QTRY_COMPARE_WITH_TIMEOUT(asked.answers.size(), 1u, patience_ms);
        VERIFY_OK(asked.answers.front());
        QCOMPARE(asked.answers.front()->models, 4);
        QTest::qWait(while_ms);
        QCOMPARE(asked.begun, 1);
        QCOMPARE(asked.answers.size(), 1u);
    }

    void what_was_cancelled_is_not_answered() {
        Asked asked;
        asked.forecaster.ask(preset("dpo-reviews-smoke"));
        asked.forecaster.cancel();
        QTest::qWait(while_ms);
        QCOMPARE(asked.begun, 0);
        // On its way already.
        connect(&asked.forecaster, &MemoryForecaster::begun, &asked.forecaster,
                &MemoryForecaster::cancel);
        asked.forecaster.ask(preset("dpo-reviews-smoke"));
        QTRY_COMPARE_WITH_TIMEOUT(asked.begun, 1, patience_ms);
        QTest::qWait(while_ms);
        QVERIFY(asked.answers.empty());
    }

    void a_file_that_is_missing_is_named() {
        Asked asked;
        Settings settings = preset("sft-reviews-smoke");
        settings.task = "data";
        settings.max_length = 32;
        settings.train_files = {"/nowhere/rows.jsonl"};
        asked.forecaster.ask(settings);
        QTRY_COMPARE_WITH_TIMEOUT(asked.answers.size(), 1u, patience_ms);
        QVERIFY(!asked.answers.front().ok());
        const QString message = QString::fromStdString(asked.answers.front().error().message);
        QVERIFY2(message.contains("/nowhere/rows.jsonl"), qPrintable(message));
    }
};

PLUMB_REGISTER_TEST(TestMemoryForecaster)
#include "memory_forecaster_test.moc"
