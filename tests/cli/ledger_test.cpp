// SPDX-License-Identifier: GPL-3.0-or-later
// The ledgers of a run beside an independent count from what it stored.
#include <cmath>
#include <map>

#include "cli_process.h"

namespace {

constexpr int steps = 3;
constexpr double hidden = 16, mlp = 32, vocabulary = 16;

QStringList tiny_settings(const QStringList& more) {
    QStringList all;
    for (const QString& assignment :
         QStringList{"hidden_size=16", "intermediate_size=32", "num_hidden_layers=1",
                     "num_attention_heads=2", "num_key_value_heads=2", "threads=1",
                     "per_device_train_batch_size=8", "num_generations=4", "eval_prompts=8",
                     "eval_steps=1", "max_steps=" + QString::number(steps), "start_max_steps=4",
                     "start_check_steps=2", "start_check_accuracy=0", "start_sloppy_steps=2"} +
             more)
        all << "--set" << assignment;
    return all;
}

/// What a run of the preset left: its metrics by step, and counts of its stored completions.
struct Counted {
    std::map<int, QJsonObject> metrics;
    double prompts = 0;      ///< tokens, each group's prompt once
    double texts = 0;        ///< tokens of prompts and completions, row by row
    double completions = 0;  ///< tokens
    double rows = 0;
};

Counted counted_run(const QString& preset, const QStringList& more) {
    const TemporaryFolder home;
    const QStringList place{"--workspace", "workspace"};
    const CliResult run =
        run_cli(QStringList{"run", preset} + tiny_settings(more) + place, home.path());
    if (run.code != 0) qFatal("%s", (run.out + run.err).constData());
    Counted counted;
    const CliResult metrics = run_cli(QStringList{"metrics", "1", "--json"} + place, home.path());
    for (const QJsonObject& line : json_lines(metrics.out))
        counted.metrics[line["step"].toInt()] = line["metrics"].toObject();
    for (int step = 1; step <= steps; ++step) {
        const CliResult listed = run_cli(
            QStringList{"completions", "1", "--json", "--step", QString::number(step)} + place,
            home.path());
        int group = -1;
        for (const QJsonObject& row : json_lines(listed.out)) {
            // A token of this task is a character.
            const auto prompt = static_cast<double>(row["prompt"].toString().size());
            const auto completion = static_cast<double>(row["completion"].toString().size());
            if (row["group"].toInt() != group) counted.prompts += prompt;
            group = row["group"].toInt();
            counted.texts += prompt + completion;
            counted.completions += completion;
            counted.rows += 1;
        }
    }
    return counted;
}

double last(const Counted& run, const char* key) {
    const QJsonValue value = run.metrics.at(steps)[key];
    return value.isDouble() ? value.toDouble() : std::nan("");
}

/// Two operations for each weight of the matrices. Scoring and training need the one layer behind
/// its attention, and the head, only where a token of a completion is predicted. Padding, attention
/// and the few tokens that are not fed back are left out.
double generating_operations(const Counted& run) {
    const double layer = 4 * hidden * hidden + 3 * hidden * mlp, head = hidden * vocabulary;
    return 2 * (layer + head) * (run.completions + run.prompts);
}

double forward_operations(double texts, double completions) {
    const double whole = 3 * hidden * hidden;
    const double wanted = hidden * hidden + 3 * hidden * mlp + hidden * vocabulary;
    return 2 * (whole * texts + wanted * completions);
}

}  // namespace

class TestCliLedger : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void grpo() {
        const Counted run = counted_run("grpo-arithmetic-smoke", {"beta=0.1"});
        QCOMPARE(run.rows, 8.0 * steps);
        QCOMPARE(last(run, "cost/generated_tokens"), run.completions);
        QCOMPARE(last(run, "cost/scored_tokens"), run.texts);  // by the reference
        QCOMPARE(last(run, "cost/trained_tokens"), run.texts);
        QCOMPARE(last(run, "num_tokens"), run.texts);
        // The reference once, the policy once forward and backward, which is twice forward.
        const double expected =
            generating_operations(run) + 4 * forward_operations(run.texts, run.completions);
        const double told = last(run, "cost/flops");
        QVERIFY2(told > 0.8 * expected && told < 2.0 * expected,
                 qPrintable(QString("%1 told, %2 expected").arg(told).arg(expected)));
        check_seconds(run);
        check_phases(run);
    }

    void ppo() {
        const Counted run =
            counted_run("ppo-arithmetic-smoke", {"num_ppo_epochs=2", "num_mini_batches=1"});
        QCOMPARE(last(run, "cost/generated_tokens"), run.completions);
        // The reference alone: the values of the experience are those of the first update.
        QCOMPARE(last(run, "cost/scored_tokens"), run.texts);
        QCOMPARE(last(run, "cost/trained_tokens"), 4 * run.texts);  // both models, two passes
        const double expected = generating_operations(run) +
                                (1 + 3 * 4) * forward_operations(run.texts, run.completions);
        const double told = last(run, "cost/flops");
        QVERIFY2(told > 0.6 * expected && told < 2.0 * expected,
                 qPrintable(QString("%1 told, %2 expected").arg(told).arg(expected)));
        check_seconds(run);
    }

private:
    /// The parts of each step's seconds are all of them, and add up to those so far.
    static void check_seconds(const Counted& run) {
        double generate = 0, score = 0, update = 0;
        for (int step = 1; step <= steps; ++step) {
            const QJsonObject& metrics = run.metrics.at(step);
            const auto seconds = [&](const char* key) { return metrics[key].toDouble(-1); };
            generate += seconds("time/generate");
            score += seconds("time/score");
            update += seconds("time/update");
            for (const char* key : {"time/generate", "time/score", "time/update"})
                QVERIFY2(seconds(key) > 0, key);
            const double sum =
                seconds("time/generate") + seconds("time/score") + seconds("time/update");
            QVERIFY(std::abs(sum - seconds("step_time")) < 1e-9);
            QVERIFY(std::abs(seconds("time/generate_total") - generate) < 1e-9);
            QVERIFY(std::abs(seconds("time/score_total") - score) < 1e-9);
            QVERIFY(std::abs(seconds("time/update_total") - update) < 1e-9);
        }
    }

    /// The supervised start is told apart: its six updates on demonstrations, and its checks.
    static void check_phases(const Counted& run) {
        const QJsonObject& before = run.metrics.at(0);
        QVERIFY(before["phase/start/seconds"].toDouble() > 0);
        QVERIFY(before["phase/start/generated_tokens"].toDouble() > 0);
        const double trained = before["phase/start/trained_tokens"].toDouble();
        QVERIFY(trained > 0);
        QVERIFY(before["phase/start/flops"].toDouble() > 3 * forward_operations(trained, 0));
    }
};

PLUMB_REGISTER_TEST(TestCliLedger)
#include "ledger_test.moc"
