// SPDX-License-Identifier: GPL-3.0-or-later
// The reward model preset in its smoke size.

#include "smoke_run.h"

using namespace plumb;

class TestRewardLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reward_reviews_data() { add_seeds(2); }
    void reward_reviews() {
        QFETCH(int, seed);
        SmokeRun smoke("reward-reviews-smoke", seed);
        smoke.rise("eval/accuracy");
        smoke.rise("eval/accuracy_gold");
        // Labels are noisy; the taste behind them is not.
        QVERIFY(smoke.last("eval/accuracy_gold") > 0.6);
        QVERIFY(smoke.last("eval/gold_correlation") > 0.3);
        QVERIFY(smoke.rise("eval/loss") < 0);
    }
};

PLUMB_REGISTER_TEST(TestRewardLearns)
#include "reward_test.moc"
