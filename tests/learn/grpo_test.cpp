// SPDX-License-Identifier: GPL-3.0-or-later
// The presets in their smoke sizes learn what they promise, over several seeds.

#include "config/presets.h"
#include "core/session/small_run.h"

using namespace plumb;

class TestGrpoLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void arithmetic_smoke_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 3; ++seed) QTest::addRow("seed %d", seed) << seed;
    }
    void arithmetic_smoke() {
        QFETCH(int, seed);
        auto settings = preset_settings("grpo-arithmetic-smoke");
        VERIFY_OK(settings);
        settings->seed = seed;
        SmallSession session;
        const RunId run = session.run(*settings, "smoke");
        auto reader = session.reader();
        const auto accuracy = reader->metric(run, "eval/accuracy");
        VERIFY_OK(accuracy);
        const double before = accuracy->front().value, after = accuracy->back().value;
        qInfo("seed %d: held-out accuracy %.3f -> %.3f", seed, before, after);
        QVERIFY(after >= before + 0.3);
        // It discovers that thinking first pays.
        const auto scratchpad = reader->metric(run, "completions/scratchpad");
        const auto length = reader->metric(run, "completions/mean_length");
        VERIFY_OK(scratchpad);
        VERIFY_OK(length);
        QVERIFY(scratchpad->back().value > scratchpad->front().value + 0.2);
        QVERIFY(length->back().value > length->front().value);
    }
};

PLUMB_REGISTER_TEST(TestGrpoLearns)
#include "grpo_test.moc"
