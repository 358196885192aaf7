// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/run_ledger.h"

#include <cmath>

#include "test_main.h"

using namespace plumb;

namespace {

/// A step whose numbers all differ, and differ from those of other steps.
Metrics step_metrics(double n) {
    return {{"memory/policy", 10 + n},
            {"memory/reference", 20 + n},
            {"memory/reward_model", 0},
            {"memory/value_model", 0},
            {"memory/gradients", 30 + n},
            {"memory/optimizer", 40 + n},
            {"memory/cache", 50 + n},
            {"memory/activations", 60 + n},
            {"memory/peak", 200 + n},
            {"memory/resident", 400 + n},
            {"memory/models", 2},
            {"time/generate", 0.1 * n},
            {"time/score", 0.01 * n},
            {"time/update", 0.2 * n},
            {"step_time", 0.31 * n},
            {"time/tokens_per_second", 1000 * n},
            {"cost/generated_tokens", 5 * n},
            {"cost/scored_tokens", 6 * n},
            {"cost/trained_tokens", 7 * n},
            {"cost/flops", 8e9 * n},
            {"loss", n}};
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

std::map<std::string, std::vector<MetricPoint>> points_of(
    const std::map<std::int64_t, Metrics>& steps) {
    std::map<std::string, std::vector<MetricPoint>> points;
    for (const auto& [step, metrics] : steps)
        for (const auto& [key, value] : metrics) points[key].push_back({step, value});
    return points;
}

}  // namespace

class TestRunLedger : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothing_is_known_before_the_first_step() {
        RunLedger ledger;
        QVERIFY(!ledger.at());
        ledger.append(0, {{"eval/accuracy", 0.5}});
        ledger.append(3, {{"start/loss", 1.5}});
        QVERIFY(!ledger.at());
    }

    void an_entry_has_the_numbers_of_its_step() {
        RunLedger ledger;
        ledger.append(1, step_metrics(1));
        ledger.append(2, step_metrics(2));
        const auto entry = ledger.at();
        QVERIFY(entry);
        QCOMPARE(entry->step, 2);
        QCOMPARE(entry->memory.size(), 8u);
        QCOMPARE(entry->memory.at("policy"), 12.0);
        QCOMPARE(entry->memory.at("value_model"), 0.0);
        QCOMPARE(entry->memory.at("activations"), 62.0);
        QCOMPARE(entry->peak, 202.0);
        QCOMPARE(entry->resident, 402.0);
        QCOMPARE(entry->models, 2);
        QCOMPARE(entry->generated_tokens, 10.0);
        QCOMPARE(entry->scored_tokens, 12.0);
        QCOMPARE(entry->trained_tokens, 14.0);
        QCOMPARE(entry->operations, 16e9);
    }

    void an_earlier_step_is_shown_as_it_was() {
        RunLedger ledger;
        for (const int step : {1, 2, 4}) ledger.append(step, step_metrics(step));
        QVERIFY(!ledger.at(0));
        QCOMPARE(ledger.at(1)->memory.at("policy"), 11.0);
        QCOMPARE(ledger.at(3)->step, 2);  // no update of its own
        QVERIFY(near(ledger.at(2)->total.generate, 0.3));
        QCOMPARE(ledger.at(100)->step, 4);
    }

    void seconds_add_up_and_their_mean_is_over_the_last_steps() {
        RunLedger ledger;
        const std::int64_t steps = RunLedger::mean_window + 10;
        for (std::int64_t step = 1; step <= steps; ++step)
            ledger.append(step, step_metrics(static_cast<double>(step)));
        double all = 0, last = 0, tokens = 0;
        for (std::int64_t step = 1; step <= steps; ++step) {
            const auto n = static_cast<double>(step);
            all += n;
            if (step <= 10) continue;
            last += n;
            tokens += 310 * n * n;
        }
        const auto entry = ledger.at();
        QCOMPARE(entry->mean_steps, RunLedger::mean_window);
        QVERIFY(near(entry->total.score, 0.01 * all));
        QVERIFY(near(entry->total.sum(), 0.31 * all));
        QVERIFY(near(entry->mean.update, 0.2 * last / RunLedger::mean_window));
        QVERIFY(near(entry->tokens_per_second, tokens / (0.31 * last)));
    }

    void an_algorithm_that_samples_nothing_only_updates() {
        RunLedger ledger;
        ledger.append(1, {{"step_time", 0.5}, {"time/tokens_per_second", 100}});
        const auto entry = ledger.at();
        QCOMPARE(entry->mean.update, 0.5);
        QCOMPARE(entry->mean.sum(), 0.5);
        QVERIFY(entry->memory.empty());  // nothing was measured, which is not zero
        QCOMPARE(entry->peak, 0.0);
    }

    void the_highest_peak_is_kept_with_its_step() {
        RunLedger ledger;
        for (const auto& [step, peak] : {std::pair(1, 50.0), {2, 80.0}, {3, 60.0}, {4, 80.0}})
            ledger.append(step, {{"step_time", 1}, {"memory/peak", peak}});
        QCOMPARE(ledger.at()->most_peak, 80.0);
        QCOMPARE(ledger.at()->most_peak_step, 2);
        QCOMPARE(ledger.at(1)->most_peak, 50.0);
    }

    void a_stored_run_reads_as_one_that_was_watched() {
        std::map<std::int64_t, Metrics> steps;
        RunLedger watched;
        for (std::int64_t step = 1; step <= 50; ++step) {
            steps[step] = step_metrics(static_cast<double>(step));
            if (step % 10 == 0) steps[step].erase("memory/cache");  // a gap in one metric
            watched.append(step, steps[step]);
        }
        steps[0] = {{"eval/accuracy", 1}};
        steps[50]["eval/accuracy"] = 1;
        const RunLedger stored(points_of(steps));
        for (const std::int64_t step : {1, 9, 10, 11, 50}) {
            const auto a = stored.at(step), b = watched.at(step);
            QVERIFY(a && b);
            QCOMPARE(a->step, step);
            QCOMPARE(a->memory, b->memory);
            QCOMPARE(a->memory.contains("cache"), step % 10 != 0);
            QCOMPARE(a->total.sum(), b->total.sum());
            QCOMPARE(a->tokens_per_second, b->tokens_per_second);
            QCOMPARE(a->operations, b->operations);
        }
    }

    void a_step_that_comes_again_is_not_counted_twice() {
        RunLedger ledger(points_of({{1, step_metrics(1)}, {2, step_metrics(2)}}));
        ledger.append(2, step_metrics(2));
        QVERIFY(near(ledger.at()->total.update, 0.6));
        ledger.append(3, step_metrics(3));
        QVERIFY(near(ledger.at()->total.update, 1.2));
    }

    void owners_stand_with_the_models_first() {
        const auto owners = ledger_owners();
        QCOMPARE(owners.size(), 8u);
        for (std::size_t i = 0; i < owners.size(); ++i) QCOMPARE(is_model_owner(owners[i]), i < 4);
        QVERIFY(!is_model_owner("peak"));
    }
};

PLUMB_REGISTER_TEST(TestRunLedger)
#include "run_ledger_test.moc"
