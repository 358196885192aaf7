// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "small_run.h"

using namespace plumb;

namespace {

double at_step(SmallSession& session, RunId run, const std::string& key, std::int64_t step) {
    const auto points = session.reader()->metric(run, key);
    if (!points) qFatal("%s", points.error().message.c_str());
    for (const auto& point : *points)
        if (point.step == step) return point.value;
    qFatal("no %s at step %d", key.c_str(), static_cast<int>(step));
}

std::int64_t last_step(SmallSession& session, RunId run) {
    const auto record = session.reader()->run(run);
    if (!record) qFatal("%s", record.error().message.c_str());
    return record->step;
}

/// The same run, ended by a budget that its update 5 uses up.
Settings ended_by(const QString& kind, Settings settings, SmallSession& session, RunId whole) {
    settings.max_steps = 1000;
    if (kind.startsWith("tokens"))
        settings.budget_tokens =
            static_cast<std::int64_t>(at_step(session, whole, "cost/generated_tokens", 4) + 1);
    else
        settings.budget_flops = at_step(session, whole, "cost/flops", 4) + 1;
    return settings;
}

}  // namespace

class TestBudgets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_run_ends_with_the_update_that_uses_its_budget_up_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("algorithm");
        for (const char* algorithm : {"grpo", "ppo", "rloo"})
            QTest::addRow("tokens, %s", algorithm) << "tokens" << algorithm;
        for (const char* algorithm : {"grpo", "ppo", "dpo", "sft", "reward", "rloo"})
            QTest::addRow("flops, %s", algorithm) << "flops" << algorithm;
    }
    void a_run_ends_with_the_update_that_uses_its_budget_up() {
        QFETCH(QString, kind);
        QFETCH(QString, algorithm);
        SmallSession session;
        Settings settings = small_reviews_run(algorithm.toStdString());
        settings.lr_scheduler_type = "constant";
        const RunId whole = session.run(settings, "whole");
        const RunId ended = session.run(ended_by(kind, settings, session, whole), "ended");
        QCOMPARE(last_step(session, ended), std::int64_t{5});
        // Until then it is the same run; it was evaluated and saved at its end.
        const auto reader = session.reader();
        const auto of_whole = lasting_metrics(*reader, whole),
                   of_ended = lasting_metrics(*reader, ended);
        for (const std::int64_t step : {3, 5})
            QCOMPARE(of_ended.at({step, "loss"}), of_whole.at({step, "loss"}));
        const auto evaluations = std::ranges::count_if(of_ended, [](const auto& entry) {
            return entry.first.first == 5 && entry.first.second.starts_with("eval/");
        });
        QVERIFY(evaluations > 0);
        QCOMPARE(reader->checkpoints(ended)->back().step, std::int64_t{5});
    }

    void seconds_of_updates_end_a_run() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.budget_seconds = 1e-9;
        QCOMPARE(last_step(session, session.run(settings, "at once")), std::int64_t{1});
        settings.budget_seconds = 1e6;
        QCOMPARE(last_step(session, session.run(settings, "steps first")), settings.max_steps);
    }

    void tokens_do_not_bind_dpo_on_pairs() {
        SmallSession session;
        Settings settings = small_reviews_run("dpo");
        settings.budget_tokens = 1;
        QCOMPARE(last_step(session, session.run(settings, "dpo")), settings.max_steps);
    }

    void schedules_end_with_the_budget() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.lr_scheduler_type = "constant";
        const RunId whole = session.run(settings, "whole");
        settings = ended_by("flops", settings, session, whole);
        settings.lr_scheduler_type = "linear";
        settings.warmup_steps = 0;
        const RunId run = session.run(settings, "linear");
        const std::int64_t last = last_step(session, run);
        QVERIFY(last >= 4 && last <= 6);
        QCOMPARE(at_step(session, run, "learning_rate", 1), settings.learning_rate);
        for (std::int64_t step = 2; step <= last; ++step) {
            const double used =
                at_step(session, run, "cost/flops", step - 1) / settings.budget_flops;
            const double expected = settings.learning_rate * (1 - used);
            QVERIFY(std::abs(at_step(session, run, "learning_rate", step) - expected) <
                    1e-12 * settings.learning_rate);
        }
    }

    void a_run_that_goes_on_counts_on() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.lr_scheduler_type = "constant";
        const RunId free = session.run(settings, "free");
        settings = ended_by("flops", settings, session, free);
        settings.lr_scheduler_type = "linear";
        const RunId whole = session.run(settings, "whole");
        const auto id = session->start(settings, "resumed");
        VERIFY_OK(id);
        session->stop_at(2);
        QVERIFY(session.until_end().state == RunState::interrupted);
        session.close();
        session.open();
        VERIFY_OK(session->resume(*id));
        QVERIFY(session.until_end().state == RunState::finished);
        const auto reader = session.reader();
        QVERIFY(lasting_metrics(*reader, whole) == lasting_metrics(*reader, *id));
        const std::vector<std::string> files = {"model.safetensors", "trainer.safetensors"};
        QVERIFY(newest_checkpoint_bytes(*reader, whole, session->workspace(), files) ==
                newest_checkpoint_bytes(*reader, *id, session->workspace(), files));
    }

    void the_steps_to_come_are_estimated() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.lr_scheduler_type = "constant";
        const RunId free = session.run(settings, "free");
        settings = ended_by("tokens", settings, session, free);
        std::vector<std::int64_t> totals;
        const auto id = session->start(settings, "run");
        VERIFY_OK(id);
        session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->metrics.contains("loss")) totals.push_back(step->total_steps);
        });
        QVERIFY(!totals.empty());
        for (const std::int64_t total : totals) QVERIFY(total >= 0 && total < 20);
        const RunRecord record = session.reader()->run(*id).value();
        QCOMPARE(record.total_steps, record.step);
    }

    void a_budget_may_be_changed_while_the_run_goes_on() {
        SmallSession session;
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        settings.budget_flops = 1e15;
        const auto id = session->start(settings, "run", {{3, "budget_flops", "1", "enough"}});
        VERIFY_OK(id);
        QVERIFY(session.until_end().state == RunState::finished);
        QVERIFY(last_step(session, *id) <= 4);
    }
};

PLUMB_REGISTER_TEST(TestBudgets)
#include "budgets_test.moc"
