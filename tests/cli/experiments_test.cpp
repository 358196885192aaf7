// SPDX-License-Identifier: GPL-3.0-or-later
#include "tiny_run.h"

namespace {

/// Settings with which a run on reviews takes a moment.
QStringList tiny_reviews() {
    QStringList arguments = {"--workspace", "workspace"};
    for (const char* assignment :
         {"hidden_size=16", "intermediate_size=32", "num_hidden_layers=1", "start_check_accuracy=0",
          "start_max_steps=4", "pairs_prompts=24", "per_device_train_batch_size=8",
          "eval_prompts=8", "threads=1"})
        arguments << "--set" << assignment;
    return arguments;
}

QStringList stories(const std::vector<QJsonObject>& lines) {
    QStringList story;
    for (const QJsonObject& line : lines) {
        const QString event = line["event"].toString();
        if (event == "next")
            story << QString("%1 of %2").arg(line["place"].toInt()).arg(line["runs"].toInt());
        if (event == "started") story << line["name"].toString();
        if (event == "ended") story << line["state"].toString();
    }
    return story;
}

QStringList names_in(const std::vector<QJsonObject>& lines) {
    QStringList names;
    for (const QJsonObject& line : lines) names << line["name"].toString();
    return names;
}

}  // namespace

/// Experiments and sweeps in the terminal.
class TestCliExperiments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void three_are_compared_from_one_start() {
        const TemporaryFolder home;
        const CliResult ran =
            run_cli(QStringList{"run", "compare-three-reviews-smoke", "--seeds", "1", "--budget",
                                "updates=2", "--name", "three", "--json"} +
                        tiny_reviews(),
                    home.path());
        COMPARE_CODE(ran, 0);
        const auto lines = json_lines(ran.out);
        QCOMPARE(stories(lines),
                 QStringList({"1 of 4", "reward model, seed 0 · three", "finished", "2 of 4",
                              "PPO, seed 0 · three", "finished", "3 of 4", "DPO, seed 0 · three",
                              "finished", "4 of 4", "GRPO, seed 0 · three", "finished"}));
        QCOMPARE(lines.front()["event"].toString(), QString("planned"));
        QCOMPARE(lines.front()["comparison"].toString(), QString("three"));
        QCOMPARE(lines.back()["event"].toString(), QString("experiment_ended"));
        QCOMPARE(lines.back()["finished"].toInt(), 4);
        const auto listed = json_lines(
            run_cli({"compare", "--list", "--json", "--workspace", "workspace"}, home.path()).out);
        QCOMPARE(listed.size(), std::size_t{1});
        QCOMPARE(listed[0]["runs"].toInt(), 4);
        // Once more is another comparison.
        const CliResult again = run_cli(QStringList{"run", "compare-three-reviews-smoke", "--seeds",
                                                    "7,", "--name", "three", "--queue-only"} +
                                            tiny_reviews(),
                                        home.path());
        COMPARE_CODE(again, 0);
        VERIFY_HOLDS(again.out, "Comparison three 2: 4 runs");
        VERIFY_HOLDS(again.out, "DPO, seed 7 · three 2");
    }

    void what_waits_in_the_queue_waits_on() {
        const TemporaryFolder home;
        const QStringList where = {"--workspace", "workspace"};
        COMPARE_CODE(
            run_cli(QStringList{"queue", "add", "sft-arithmetic-smoke"} + where, home.path()), 0);
        const CliResult ran =
            run_cli(QStringList{"sweep", "ppo-reviews-smoke", "--key", "kl_coef", "--values",
                                "0,0.5", "--seeds", "1", "--budget", "updates=1"} +
                        tiny_reviews(),
                    home.path());
        COMPARE_CODE(ran, 0);
        VERIFY_HOLDS(ran.out, "[3/3] PPO, kl_coef 0.5, seed 0 · ppo-reviews-smoke, kl_coef");
        VERIFY_HOLDS(ran.out, "3 of 3 runs finished");
        VERIFY_HOLDS(ran.err, "1 run still in the queue");
        QCOMPARE(
            names_in(json_lines(run_cli(QStringList{"queue", "--json"} + where, home.path()).out)),
            QStringList({"sft-arithmetic-smoke"}));
        // Another sweep joins with the preparation that is there.
        const CliResult joined =
            run_cli(QStringList{"sweep", "ppo-reviews-smoke", "--key", "kl_coef", "--values",
                                "0.25", "--seeds", "1", "--budget", "updates=1", "--into",
                                "ppo-reviews-smoke, kl_coef", "--queue-only"} +
                        tiny_reviews(),
                    home.path());
        COMPARE_CODE(joined, 0);
        VERIFY_HOLDS(joined.out, "1 run\n");
    }

    void wrong_use_is_told() {
        const TemporaryFolder home;
        const auto error_of = [&](const QStringList& arguments) {
            const CliResult result =
                run_cli(arguments + QStringList{"--workspace", "workspace"}, home.path());
            return result.code == 2 ? result.err
                                    : QByteArray("code ") + QByteArray::number(result.code);
        };
        const QStringList run = {"run", "compare-three-reviews-smoke"};
        VERIFY_HOLDS(error_of(run + QStringList{"--seeds", "x"}), "names no seeds");
        VERIFY_HOLDS(error_of(run + QStringList{"--budget", "hours=1"}), "flops=N");
        VERIFY_HOLDS(error_of(run + QStringList{"--set", "seed=1"}), "decides seed itself");
        VERIFY_HOLDS(error_of(run + QStringList{"--stop-at", "3"}), "single run");
        VERIFY_HOLDS(error_of({"run", "ppo-reviews-smoke", "--seeds", "3"}), "for experiments");
        VERIFY_HOLDS(error_of({"queue", "add", "compare-three-reviews"}), "--queue-only");
        const QStringList sweep = {"sweep", "ppo-reviews-smoke", "--key"};
        VERIFY_HOLDS(error_of(sweep + QStringList{"kl_coeff", "--values", "1"}), "kl_coef");
        VERIFY_HOLDS(error_of(sweep + QStringList{"dpo_beta", "--values", "1"}), "no effect");
        VERIFY_HOLDS(error_of(sweep + QStringList{"kl_coef", "--values", "1,1"}), "given twice");
        VERIFY_HOLDS(
            error_of({"sweep", "compare-three-reviews", "--key", "kl_coef", "--values", "1"}),
            "several runs");
    }
};

PLUMB_REGISTER_TEST(TestCliExperiments)
#include "experiments_test.moc"
