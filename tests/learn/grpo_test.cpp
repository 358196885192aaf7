// SPDX-License-Identifier: GPL-3.0-or-later
// GRPO presets in their smoke sizes learn what they promise, over several seeds.

#include "smoke_run.h"

using namespace plumb;

class TestGrpoLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void arithmetic_data() { add_seeds(3); }
    void arithmetic() {
        QFETCH(int, seed);
        SmokeRun smoke("grpo-arithmetic-smoke", seed);
        QVERIFY(smoke.rise("eval/accuracy") >= 0.3);
        // It discovers that thinking first pays.
        QVERIFY(smoke.rise("completions/scratchpad") > 0.2);
        QVERIFY(smoke.rise("completions/mean_length") > 0);
    }

    void grpo_reviews_data() { add_seeds(2); }
    void grpo_reviews() {
        QFETCH(int, seed);
        SmokeRun smoke("grpo-reviews-smoke", seed);
        QVERIFY(smoke.rise("eval/gold_reward") > 0.5);
        QVERIFY(smoke.rise("eval/reward") > 0.5);
    }
};

PLUMB_REGISTER_TEST(TestGrpoLearns)
#include "grpo_test.moc"
