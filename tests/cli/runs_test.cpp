// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>

#include "cli_process.h"
#include "tiny_run.h"

namespace {

QJsonObject last_run(const std::filesystem::path& home) {
    const CliResult runs = run_cli({"runs", "--json", "--workspace", "workspace"}, home);
    const auto lines = json_lines(runs.out);
    return lines.empty() ? QJsonObject() : lines.back();
}

}  // namespace

/// Runs from start to end in the terminal, and how signals end them.
class TestCliRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void run_tells_its_steps_as_json() {
        TemporaryFolder home;
        const CliResult result = run_cli(
            tiny_run("sft-arithmetic", {"--set", "max_steps=4", "--name", "four", "--json"}),
            home.path());
        COMPARE_CODE(result, 0);
        const auto lines = json_lines(result.out);
        QVERIFY(lines.size() > 6);
        QCOMPARE(lines.front()["event"].toString(), QString("started"));
        QCOMPARE(lines.front()["name"].toString(), QString("four"));
        QCOMPARE(lines.back()["event"].toString(), QString("ended"));
        QCOMPARE(lines.back()["state"].toString(), QString("finished"));
        QCOMPARE(lines.back()["step"].toInt(), 4);

        QList<int> trained, evaluated;
        double time = 0;
        for (const QJsonObject& line : lines) {
            QVERIFY(line.contains("step") && line["time"].isDouble() && line["metrics"].isObject());
            QVERIFY(line["time"].toDouble() >= time);
            time = line["time"].toDouble();
            if (line["event"] != "step") continue;
            const QJsonObject metrics = line["metrics"].toObject();
            if (metrics.contains("loss")) trained << line["step"].toInt();
            if (metrics.contains("eval/accuracy")) {
                QVERIFY(metrics["eval/accuracy_greedy"].isDouble());
                evaluated << line["step"].toInt();
            }
        }
        QCOMPARE(trained, (QList<int>{1, 2, 3, 4}));
        QCOMPARE(evaluated, (QList<int>{0, 4}));
    }

    void finished_run_can_be_asked() {
        TemporaryFolder home;
        const CliResult run = run_cli(
            tiny_run("grpo-arithmetic", {"--set", "max_steps=2", "--set", "start_check_accuracy=0",
                                         "--set", "start_max_steps=4", "--set",
                                         "start_check_steps=2", "--set", "start_sloppy_steps=2"}),
            home.path());
        COMPARE_CODE(run, 0);
        VERIFY_HOLDS(run.out, "is finished: step 2");
        VERIFY_HOLDS(run.out, "plumbline-cli chart 1");
        VERIFY_HOLDS(run.out, "eval/accuracy");

        const auto ask = [&](QStringList arguments) {
            return run_cli(arguments << "--workspace"
                                     << "workspace",
                           home.path());
        };
        const CliResult completions = ask({"completions", "1", "--json"});
        COMPARE_CODE(completions, 0);
        QCOMPARE(json_lines(completions.out).size(), std::size_t{8});

        const CliResult text = ask({"generate", "--model", "1@0", "--prompt",
                                    "1+2+3+4+5=", "--max-tokens", "5", "--seed", "3", "--json"});
        COMPARE_CODE(text, 0);
        const auto answer = json_lines(text.out);
        QCOMPARE(answer.size(), std::size_t{1});
        QCOMPARE(answer[0]["step"].toInt(-1), 0);
        const double length = answer[0]["metrics"]["length"].toDouble();
        QVERIFY(length >= 1 && length <= 5);

        // More tokens than the model has positions: as many as there are.
        const CliResult longest =
            ask({"generate", "--model", "1", "--prompt", "1+2=", "--max-tokens", "1000", "--json"});
        COMPARE_CODE(longest, 0);
        const auto longest_answer = json_lines(longest.out);
        QCOMPARE(longest_answer.size(), std::size_t{1});
        QVERIFY(longest_answer[0]["metrics"]["length"].toDouble() <= 60);

        const CliResult evaluation = ask({"eval", "--model", "grpo-arithmetic", "--task",
                                          "arithmetic", "--set", "eval_prompts=16", "--json"});
        COMPARE_CODE(evaluation, 0);
        const auto report = json_lines(evaluation.out);
        QCOMPARE(report.size(), std::size_t{1});
        QCOMPARE(report[0]["prompts"].toInt(), 16);
        QVERIFY(report[0]["metrics"]["eval/accuracy"].isDouble());

        const CliResult again = ask({"resume", "1"});
        COMPARE_CODE(again, 2);
        VERIFY_HOLDS(again.err, "finished");
    }

    void run_that_fails_ends_with_1() {
        TemporaryFolder home;
        const CliResult result =
            run_cli(tiny_run("grpo-arithmetic",
                             {"--set", "start_max_steps=2", "--set", "start_check_steps=1"}),
                    home.path());
        COMPARE_CODE(result, 1);
        QCOMPARE(last_run(home.path())["state"].toString(), QString("failed"));
        QVERIFY(!last_run(home.path())["message"].toString().isEmpty());
    }

    void interrupted_run_says_how_to_resume() {
        TemporaryFolder home;
        int first_step = 0;
        {
            RunningCli cli(tiny_run("sft-arithmetic", {"--set", "max_steps=1000000"}), home.path());
            QVERIFY(cli.wait_for("train  step"));
            cli.send(SIGINT);
            QCOMPARE(cli.wait_for_end(), 130);
            VERIFY_HOLDS(cli.out, "plumbline-cli resume 1 --workspace workspace");
            const QJsonObject run = last_run(home.path());
            QCOMPARE(run["state"].toString(), QString("interrupted"));
            first_step = run["step"].toInt();
            VERIFY_HOLDS(cli.out, "Go on from step " + QByteArray::number(first_step));
        }
        RunningCli cli({"resume", "1", "--workspace", "workspace", "--json"}, home.path());
        QVERIFY(cli.wait_for("\"loss\""));
        cli.send(SIGTERM);
        QCOMPARE(cli.wait_for_end(), 143);
        const auto lines = json_lines(cli.out);
        QCOMPARE(lines.front()["resumed"].toBool(), true);
        QCOMPARE(lines.front()["step"].toInt(), first_step);
        QCOMPARE(lines.back()["state"].toString(), QString("interrupted"));
        QVERIFY(lines.back()["step"].toInt() > first_step);
    }

    void second_interrupt_aborts_within_the_step() {
        TemporaryFolder home;
        // A step of many seconds: the first interrupt waits for its end, the second does not.
        RunningCli cli({"run", "sft-arithmetic", "--workspace", "workspace", "--json", "--set",
                        "eval_prompts=8", "--set", "gradient_accumulation_steps=1000"},
                       home.path());
        QVERIFY(cli.wait_for("\"checkpoint\""));
        QTest::qWait(500);  // into the step: before it the run would end as interrupted
        cli.send(SIGINT);
        QVERIFY(cli.wait_for("Ctrl-C again"));
        cli.send(SIGINT);
        QCOMPARE(cli.wait_for_end(), 130);
        QCOMPARE(json_lines(cli.out).back()["state"].toString(), QString("aborted"));
        QCOMPARE(last_run(home.path())["state"].toString(), QString("aborted"));
    }
};

PLUMB_REGISTER_TEST(TestCliRuns)
#include "runs_test.moc"
