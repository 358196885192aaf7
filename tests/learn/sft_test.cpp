// SPDX-License-Identifier: GPL-3.0-or-later
// Supervised presets in their smoke sizes.

#include "config/presets.h"
#include "core/session/small_run.h"

using namespace plumb;

class TestSftLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void arithmetic_smoke() {
        auto settings = preset_settings("sft-arithmetic-smoke");
        VERIFY_OK(settings);
        SmallSession session;
        const RunId run = session.run(*settings, "smoke");
        auto reader = session.reader();
        const auto loss = reader->metric(run, "eval/loss");
        VERIFY_OK(loss);
        qInfo("held-out loss %.3f -> %.3f", loss->front().value, loss->back().value);
        QVERIFY(loss->back().value < 0.5 * loss->front().value);
    }

    void reviews_smoke_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 3; ++seed) QTest::addRow("seed %d", seed) << seed;
    }
    void reviews_smoke() {
        QFETCH(int, seed);
        auto settings = preset_settings("sft-reviews-smoke");
        VERIFY_OK(settings);
        settings->seed = seed;
        SmallSession session;
        const RunId run = session.run(*settings, "smoke");
        const auto loss = session.reader()->metric(run, "eval/loss");
        VERIFY_OK(loss);
        qInfo("seed %d: held-out loss %.3f -> %.3f", seed, loss->front().value, loss->back().value);
        // The grammar itself has 1.51 nats a word.
        QVERIFY(loss->back().value < 1.6);
    }
};

PLUMB_REGISTER_TEST(TestSftLearns)
#include "sft_test.moc"
