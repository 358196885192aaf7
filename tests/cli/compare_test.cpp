// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>

#include "tiny_run.h"

/// Runs beside each other, and the claims, in the terminal.
class TestCliCompare : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        COMPARE_CODE(run_cli(tiny_run("sft-arithmetic", {"--name", "base", "--set", "max_steps=4"}),
                             home_.path()),
                     0);
        for (const char* seed : {"1", "2"})
            COMPARE_CODE(run_cli(tiny_run("grpo-arithmetic",
                                          {"--name", QString("sums ") + seed, "--set",
                                           QString("seed=") + seed, "--set", "max_steps=2", "--set",
                                           "model_name_or_path=base", "--set", "comparison=pair",
                                           "--set", "variant=GRPO"}),
                                 home_.path()),
                         0);
    }

    void tables_have_groups_and_say_what_is_missing() {
        const CliResult both = compare({"--of", "pair"});
        COMPARE_CODE(both, 0);
        VERIFY_HOLDS(both.out, "pair: 2 runs in 1 group, seeds 1, 2");
        VERIFY_HOLDS(both.out, "Cost");
        VERIFY_HOLDS(both.out, "Stability");
        VERIFY_HOLDS(both.out, "There is one group");
        const CliResult one = compare({"sums 1"});
        COMPARE_CODE(one, 0);
        VERIFY_HOLDS(one.out, "GRPO has one seed");
        VERIFY_HOLDS(compare({"--list"}).out, "pair");
        bool cost = false;
        for (const auto& line : json_lines(compare({"--of", "pair", "--json"}).out))
            cost = cost || (line["event"].toString() == "table" && line["id"].toString() == "cost");
        QVERIFY(cost);
    }

    void a_report_and_tables_are_written() {
        const QString file = QString::fromStdString((folder_.path() / "r.html").string()),
                      tables = QString::fromStdString((folder_.path() / "csv").string());
        COMPARE_CODE(compare({"--of", "pair", "--report", file, "--csv", tables, "--x", "seconds",
                              "--metric", "eval/accuracy", "--title", "Two seeds"}),
                     0);
        QFile report(file);
        QVERIFY(report.open(QFile::ReadOnly));
        const QByteArray html = report.readAll();
        QVERIFY(html.contains("<title>Two seeds</title>") && html.contains("<svg"));
        QVERIFY(QFile::exists(tables + "/cost.csv"));
    }

    void wrong_use_is_told() {
        const auto fails = [&](const QStringList& arguments, const char* words) {
            const CliResult result = compare(arguments);
            COMPARE_CODE(result, 2);
            VERIFY_HOLDS(result.err, words);
        };
        fails({}, "name runs to compare");
        fails({"--of", "pear"}, "did you mean \"pair\"?");
        fails({"sums 3"}, "sums 3");
        fails({"sums 1", "--of", "pair"}, "not both");
        fails({"sums 1", "--x", "hours"}, "step, seconds, tokens, flops or kl");
        fails({"sums 1", "--metric", "eval/nothing"}, "eval/nothing");
    }

    void claims_without_runs_say_what_is_missing() {
        const CliResult shown =
            run_cli({"claims", "--show", "--workspace", "workspace"}, home_.path());
        COMPARE_CODE(shown, 0);
        VERIFY_HOLDS(shown.out, "not run yet");
        VERIFY_HOLDS(shown.out, "No run of PPO, DPO, GRPO has come to an end yet.");
        const CliResult wrong =
            run_cli({"claims", "--size", "huge", "--workspace", "workspace"}, home_.path());
        COMPARE_CODE(wrong, 2);
        VERIFY_HOLDS(wrong.err, "quick or full");
    }

private:
    CliResult compare(const QStringList& arguments) {
        return run_cli(QStringList{"compare", "--workspace", "workspace"} + arguments,
                       home_.path());
    }

    TemporaryFolder home_, folder_;
};

PLUMB_REGISTER_TEST(TestCliCompare)
#include "compare_test.moc"
