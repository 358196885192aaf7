// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/budget.h"

#include "test_main.h"

using namespace plumb;

class TestBudgetUse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_largest_share_counts() {
        Settings settings;
        settings.algorithm = "grpo";
        TrainerState state;
        state.work.generated_tokens = 300;
        state.work.flops = 5e9;
        state.seconds = {1.0, 0.5, 2.5};
        QCOMPARE(budget_used(settings, state), 0.0);
        settings.budget_tokens = 1000;
        QCOMPARE(budget_used(settings, state), 0.3);
        settings.budget_flops = 1e10;
        QCOMPARE(budget_used(settings, state), 0.5);
        settings.budget_seconds = 5;
        QCOMPARE(budget_used(settings, state), 0.8);
        settings.budget_seconds = 2;
        QCOMPARE(budget_used(settings, state), 2.0);
    }

    void updates_to_come_are_those_at_the_pace_so_far() {
        QCOMPARE(expected_updates(0, 1000, 0), std::int64_t{1000});
        QCOMPARE(expected_updates(5, 1000, 0), std::int64_t{1000});
        QCOMPARE(expected_updates(5, 1000, 0.25), std::int64_t{20});
        QCOMPARE(expected_updates(5, 1000, 0.3), std::int64_t{17});
        QCOMPARE(expected_updates(5, 12, 0.25), std::int64_t{12});
        QCOMPARE(expected_updates(5, 1000, 1.2), std::int64_t{5});
        // A share so small that the quotient is beyond all integers.
        QCOMPARE(expected_updates(5, 1000, 1e-300), std::int64_t{1000});
    }
};

PLUMB_REGISTER_TEST(TestBudgetUse)
#include "budget_test.moc"
