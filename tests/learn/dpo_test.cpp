// SPDX-License-Identifier: GPL-3.0-or-later
// DPO presets in their smoke sizes: fixed pairs and pairs of the moment.

#include <cmath>

#include "smoke_run.h"

using namespace plumb;

class TestDpoLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void dpo_reviews_data() { add_seeds(2); }
    void dpo_reviews() {
        QFETCH(int, seed);
        SmokeRun smoke("dpo-reviews-smoke", seed);
        QVERIFY(smoke.rise("eval/gold_reward") > 0.3);
        QVERIFY(smoke.last("loss") < std::log(2.0));
        QVERIFY(smoke.rise("eval/rewards/margins") > 0);
    }

    void online_dpo_reviews_data() { add_seeds(2); }
    void online_dpo_reviews() {
        QFETCH(int, seed);
        SmokeRun smoke("online-dpo-reviews-smoke", seed);
        QVERIFY(smoke.rise("eval/gold_reward") > 0.5);
        QVERIFY(smoke.last("eval/kl_sequence") > 0.1);
    }

    void dpo_arithmetic_data() { add_seeds(2); }
    void dpo_arithmetic() {
        QFETCH(int, seed);
        SmokeRun smoke("dpo-arithmetic-smoke", seed);
        QVERIFY(smoke.rise("eval/accuracy") > 0.2);
    }
};

PLUMB_REGISTER_TEST(TestDpoLearns)
#include "dpo_test.moc"
