// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/budget.h"

#include "config/presets.h"
#include "config/roles.h"
#include "test_main.h"

using namespace plumb;

class TestBudget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_budget_is_read_as_it_is_written() {
        for (const char* text : {"updates=120", "tokens=50000", "seconds=2.5", "flops=2e+12"}) {
            const auto budget = parse_budget(text);
            VERIFY_OK(budget);
            COMPARE_TEXT(budget_text(*budget), text);
        }
        QVERIFY(parse_budget(" flops = 2e12 ").value() == (Budget{BudgetKind::flops, 2e12}));
        COMPARE_TEXT(budget_words({BudgetKind::seconds, 30}), "30 seconds of updates each");
        for (const char* wrong : {"", "12", "flops", "flops=", "flops=-1", "flops=0", "flops=inf",
                                  "tokens=1.5", "hours=2"}) {
            const auto budget = parse_budget(wrong);
            QVERIFY2(!budget.ok(), wrong);
            QVERIFY(budget.error().message.find("seconds=N or flops=N") != std::string::npos);
        }
    }

    void it_takes_the_place_of_what_ended_the_run() {
        Settings settings = preset_settings("ppo-reviews").value();
        settings.budget_seconds = 5;
        set_budget({BudgetKind::flops, 1e9}, settings);
        QCOMPARE(settings.budget_flops, 1e9);
        QCOMPARE(settings.budget_seconds, 0.0);
        QVERIFY(settings.max_steps > 100'000);
        set_budget({BudgetKind::updates, 40}, settings);
        QVERIFY(!has_budget(settings));
        QCOMPARE(settings.max_steps, std::int64_t{40});
        set_budget({BudgetKind::tokens, 1000}, settings);
        QCOMPARE(settings.budget_tokens, std::int64_t{1000});
        QVERIFY(settings.max_steps > 100'000);
    }

    void tokens_do_not_end_what_samples_none() {
        Settings settings = preset_settings("dpo-reviews").value();
        const auto epochs = settings.num_train_epochs;
        set_budget({BudgetKind::tokens, 1000}, settings);
        QVERIFY(!has_budget(settings));
        QCOMPARE(settings.max_steps, std::int64_t{-1});
        QCOMPARE(settings.num_train_epochs, epochs);
        settings.online_dpo = true;
        QVERIFY(has_budget(settings));
    }
};

PLUMB_REGISTER_TEST(TestBudget)
#include "budget_test.moc"
