// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/extreme_samples.h"
#include "test_main.h"

using namespace plumb;

class TestExtremeSamples : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_metric_asks_for_its_completions_data() {
        QTest::addColumn<QString>("metric");
        QTest::addColumn<int>("value");
        QTest::addColumn<bool>("descending");
        QTest::addColumn<bool>("held_out");
        const auto row = [](const char* metric, CompletionValue value, bool descending,
                            bool held_out = false) {
            QTest::newRow(metric) << metric << static_cast<int>(value) << descending << held_out;
        };
        // The point stands below its neighbours.
        row("reward", CompletionValue::reward, false);
        row("eval/reward", CompletionValue::reward, false, true);
        row("max_reward", CompletionValue::reward, true);
        row("rewards/form/mean", CompletionValue::part, false);
        row("gold_reward", CompletionValue::part, false);
        row("kl", CompletionValue::kl_size, true);
        row("objective/kl", CompletionValue::kl_size, true);
        row("eval/kl_sequence", CompletionValue::kl_size, true, true);
        row("completions/mean_length", CompletionValue::length, false);
        row("completions/max_length", CompletionValue::length, true);
        row("completions/min_terminated_length", CompletionValue::length, false);
        row("completions/clipped_ratio", CompletionValue::length, true);
        row("loss", CompletionValue::advantage_size, true);
        row("clip_ratio/region_mean", CompletionValue::advantage_size, true);
    }
    void a_metric_asks_for_its_completions() {
        QFETCH(QString, metric);
        QFETCH(int, value);
        QFETCH(bool, descending);
        QFETCH(bool, held_out);
        const std::vector<MetricPoint> points = {{1, 5}, {2, 1}, {3, 5}};
        const ExtremeSamples samples = extreme_samples(metric.toStdString(), points, 2);
        QCOMPARE(static_cast<int>(samples.order.number.value), value);
        QCOMPARE(samples.order.descending, descending);
        QCOMPARE(samples.source == CompletionSource::held_out, held_out);
    }

    void a_peak_asks_for_the_highest() {
        const std::vector<MetricPoint> points = {{1, 5}, {2, 9}, {3, 5}, {100, 90}};
        const auto gold = extreme_samples("gold_reward", points, 2).order;
        QVERIFY(gold.descending);
        COMPARE_TEXT(gold.number.part, "gold");
        QVERIFY(extreme_samples("completions/mean_length", points, 2).order.descending);
        COMPARE_TEXT(extreme_samples("rewards/form/std", points, 2).order.number.part, "form");
    }
};

PLUMB_REGISTER_TEST(TestExtremeSamples)
#include "extreme_samples_test.moc"
