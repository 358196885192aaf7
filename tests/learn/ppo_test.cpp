// SPDX-License-Identifier: GPL-3.0-or-later
// PPO presets in their smoke sizes.

#include "smoke_run.h"

using namespace plumb;

class TestPpoLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ppo_reviews_data() { add_seeds(2); }
    void ppo_reviews() {
        QFETCH(int, seed);
        SmokeRun smoke("ppo-reviews-smoke", seed);
        QVERIFY(smoke.rise("eval/gold_reward") > 0.5);
        QVERIFY(smoke.rise("eval/reward") > 0.5);
        // The price of KL holds it near where it started.
        const double kl = smoke.rise("eval/kl_sequence");
        QVERIFY(kl > 0.5 && kl < 10);
    }

    void ppo_reviews_hacked_data() { add_seeds(2); }
    void ppo_reviews_hacked() {
        QFETCH(int, seed);
        SmokeRun smoke("ppo-reviews-hacked-smoke", seed);
        const double reward = smoke.rise("eval/reward"), gold = smoke.rise("eval/gold_reward");
        QVERIFY(reward > 1);
        // What it gains is less and less what people want.
        QVERIFY(reward - gold > 0.75);
        QVERIFY(smoke.rise("eval/kl_sequence") > 10);
    }

    void ppo_arithmetic_data() { add_seeds(2); }
    void ppo_arithmetic() {
        QFETCH(int, seed);
        SmokeRun smoke("ppo-arithmetic-smoke", seed);
        QVERIFY(smoke.rise("eval/accuracy") > 0.3);
        QVERIFY(smoke.rise("completions/scratchpad") > 0.1);
    }
};

PLUMB_REGISTER_TEST(TestPpoLearns)
#include "ppo_test.moc"
