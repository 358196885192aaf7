// SPDX-License-Identifier: GPL-3.0-or-later
#include "tiny_run.h"

/// Win rates in the terminal.
class TestCliJudge : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        COMPARE_CODE(run_cli(tiny_run("sft-arithmetic", {"--name", "sums", "--set", "max_steps=4",
                                                         "--set", "save_steps=2"}),
                             home_.path()),
                     0);
    }

    void models_answer_and_gold_judges() {
        const CliResult made = judge({"sums@2", "sums@4", "--prompts", "24", "--seed", "1"});
        COMPARE_CODE(made, 0);
        VERIFY_HOLDS(made.out, "2 models, 24 prompts");
        VERIFY_HOLDS(made.out, "Win rates, judged by gold");
        VERIFY_HOLDS(made.out, "over sums@4");
        VERIFY_HOLDS(made.out, "Bradley-Terry");
        VERIFY_HOLDS(made.out, "ties count half a win");
        VERIFY_HOLDS(judge({"--list"}).out, "sums@2, sums@4");

        // Shown again, by another rule, with the answers behind a cell.
        const CliResult shown =
            judge({"--set", "1", "--ties", "drop", "--answers", "sums@2", "sums@4", "--json"});
        COMPARE_CODE(shown, 0);
        const auto lines = json_lines(shown.out);
        int answers = 0;
        for (const auto& line : lines) answers += line["event"].toString() == "judged_answer";
        QCOMPARE(answers, 10);
        QVERIFY(lines.back()["prompt"].toString().endsWith("="));
        VERIFY_HOLDS(judge({"--set", "1", "--answers", "1", "2"}).out, "10 of 24 prompts");

        const CliResult more = judge({"--set", "1", "--judge", "length_target", "--with",
                                      "reward_length=4", "--judge", "gold"});
        COMPARE_CODE(more, 0);
        VERIFY_HOLDS(more.out, "judged by length_target (reward_length=4)");
        VERIFY_HOLDS(more.out, "judged by gold");
        VERIFY_HOLDS(judge({"--list"}).out, "gold, length_target");

        const CliResult people = judge({"--set", "1", "--people", "--name", "blind"});
        COMPARE_CODE(people, 0);
        VERIFY_HOLDS(people.out, "label queue 1, blind");
        VERIFY_HOLDS(people.err, "People have judged 0 of");
        COMPARE_CODE(judge({"--set", "1", "--remove"}), 0);
        const CliResult gone = judge({"--set", "1"});
        COMPARE_CODE(gone, 2);
        VERIFY_HOLDS(gone.err, "no answer set \"1\"");
    }

    void wrong_use_is_told() {
        const auto fails = [&](const QStringList& arguments, const char* words) {
            const CliResult result = judge(arguments);
            COMPARE_CODE(result, 2);
            VERIFY_HOLDS(result.err, words);
        };
        fails({}, "name models");
        fails({"sums"}, "at least two");
        fails({"sums@3", "sums"}, "there are those of 0, 2, 4");
        fails({"sums", "sums@2", "--ties", "third"}, "half, drop or both_lose");
        fails({"sums", "sums@2", "--judge", "numeric_mach"}, "numeric_match");
        fails({"sums", "sums@2", "--with", "reward_length"}, "KEY=VALUE");
        fails({"sums", "sums@2", "--pinned", "--file", "x"}, "not both");
        fails({"sums", "--set", "1"}, "not both");
        fails({"--set", "77"}, "77");
    }

private:
    CliResult judge(const QStringList& arguments) {
        return run_cli(QStringList{"judge", "--workspace", "workspace"} + arguments, home_.path());
    }

    const TemporaryFolder home_;
};

PLUMB_REGISTER_TEST(TestCliJudge)
#include "judge_test.moc"
