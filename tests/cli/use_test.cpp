// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_process.h"

class TestCliUse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void help_names_every_command() {
        const CliResult result = run_cli({"--help"}, home_.path());
        COMPARE_CODE(result, 0);
        for (const char* command : {"presets", "run", "resume", "runs", "metrics", "completions",
                                    "eval", "generate", "chart", "parity"})
            VERIFY_HOLDS(result.out, command);
        QVERIFY(result.err.isEmpty());
    }

    void version_is_told() {
        const CliResult result = run_cli({"--version"}, home_.path());
        COMPARE_CODE(result, 0);
        QVERIFY(result.out.startsWith("plumbline-cli "));
    }

    void wrong_use_ends_with_2_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("said");
        const auto add = [](const char* name, const QStringList& arguments, const char* said) {
            QTest::newRow(name) << arguments << QByteArray(said);
        };
        add("no command", {}, "--help");
        add("misspelt command", {"metrcs"}, "did you mean metrics?");
        add("unknown command", {"xyzzyxyzzy"}, "the commands are");
        add("unknown option", {"runs", "--colour"}, "--colour");
        add("missing run", {"metrics"}, "run");
        add("missing file to write", {"chart", "1"}, "--out");
        add("two forms of output", {"metrics", "1", "--csv", "--json"}, "--csv");
        add("step that is no number", {"completions", "1", "--step", "two"}, "--step");
        add("missing prompt", {"generate", "--model", "x"}, "--prompt");
        add("no tokens", {"generate", "--model", "x", "--prompt", "y", "--max-tokens", "0"},
            "--max-tokens");
        add("negative temperature",
            {"generate", "--model", "x", "--prompt", "y", "--temperature", "-1"}, "--temperature");
        add("missing task", {"eval", "--model", "x"}, "--task");
        add("misspelt preset", {"run", "grpo-arithmetik"}, "grpo-arithmetic");
        add("missing run file", {"run", "there-is-no.yaml"}, "there-is-no.yaml");
        add("assignment without value", {"run", "grpo-arithmetic", "--set", "seed"}, "KEY=VALUE");
        add("misspelt setting", {"run", "grpo-arithmetic", "--set", "learning_rat=1"},
            "learning_rate");
        add("setting that is no number", {"run", "grpo-arithmetic", "--set", "seed=many"}, "seed");
        add("setting out of range", {"run", "grpo-arithmetic", "--set", "temperature=-1"},
            "temperature");
        add("workspace that is not there", {"runs", "--workspace", "nowhere"}, "nowhere");
        add("parity folder that is not there", {"parity", "nowhere"}, "nowhere");
    }

    void wrong_use_ends_with_2() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, said);
        const CliResult result = run_cli(arguments, home_.path());
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, said);
        QVERIFY(result.out.isEmpty());
    }

    void wrong_use_makes_no_workspace() {
        TemporaryFolder home;
        run_cli({"run", "grpo-arithmetic", "--set", "temperature=-1"}, home.path());
        run_cli({"runs"}, home.path());
        run_cli({"runs", "--workspace", "nowhere"}, home.path());
        QVERIFY(std::filesystem::is_empty(home.path()));
    }

    void no_workspace_yet_is_no_failure() {
        const CliResult result = run_cli({"runs"}, home_.path());
        COMPARE_CODE(result, 0);
        VERIFY_HOLDS(result.err, "No runs yet");
    }

    void presets_are_listed() {
        const CliResult text = run_cli({"presets"}, home_.path());
        COMPARE_CODE(text, 0);
        VERIFY_HOLDS(text.out, "grpo-arithmetic");

        const CliResult json = run_cli({"presets", "--json"}, home_.path());
        COMPARE_CODE(json, 0);
        const auto lines = json_lines(json.out);
        QVERIFY(!lines.empty());
        QCOMPARE(lines.front()["event"].toString(), QString("experiment"));
        QCOMPARE(lines.back()["event"].toString(), QString("preset"));
        for (const QJsonObject& line : lines) {
            QVERIFY(line.contains("step") && line.contains("time") && line["metrics"].isObject());
            QVERIFY(!line["name"].toString().isEmpty() && !line["title"].toString().isEmpty());
        }
    }

private:
    TemporaryFolder home_;
};

PLUMB_REGISTER_TEST(TestCliUse)
#include "use_test.moc"
