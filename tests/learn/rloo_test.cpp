// SPDX-License-Identifier: GPL-3.0-or-later
// RLOO presets in their smoke sizes.

#include "smoke_run.h"

using namespace plumb;

class TestRlooLearns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rloo_arithmetic_data() { add_seeds(2); }
    void rloo_arithmetic() {
        QFETCH(int, seed);
        SmokeRun smoke("rloo-arithmetic-smoke", seed);
        QVERIFY(smoke.rise("eval/accuracy") > 0.3);
        QVERIFY(smoke.rise("completions/scratchpad") > 0.1);
    }
};

PLUMB_REGISTER_TEST(TestRlooLearns)
#include "rloo_test.moc"
