// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/files.h"
#include "cli_process.h"

using namespace plumb;

/// Files that a run cannot use: a message that names file, line and remedy, exit code 2, and a
/// workspace without the run.
class TestCliBadInput : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void file_is_refused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("empty") << QByteArray("") << QByteArray("empty");
        QTest::newRow("not JSON") << QByteArray(
                                         "{\"prompt\": \"a\", \"answer\": \"b\"}\n"
                                         "{\"prompt\": \"a\", \"answer\": \n")
                                  << QByteArray("2");
        QTest::newRow("not an object") << QByteArray("[1, 2]\n") << QByteArray("1");
        QTest::newRow("missing column")
            << QByteArray("{\"promt\": \"a\", \"answer\": \"b\"}\n") << QByteArray("promt");
        QTest::newRow("invalid UTF-8")
            << QByteArray("{\"prompt\": \"a\", \"answer\": \"b\"}\n{\"prompt\": \"\xff\"}\n")
            << QByteArray("UTF-8");
    }

    void file_is_refused() {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, said);
        const auto file = home_.path() / "rows.jsonl";
        VERIFY_OK(write_file_atomic(file, std::string_view(content.constData(), content.size())));
        const CliResult result = run_on("rows.jsonl");
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "rows.jsonl");
        VERIFY_HOLDS(result.err, said);
        verify_no_run();
    }

    void missing_file_is_named() {
        const CliResult result = run_on("nowhere.jsonl");
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "nowhere.jsonl");
        verify_no_run();
    }

    void run_file_is_refused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("not YAML") << QByteArray("seed: [1\n") << QByteArray("run.yaml");
        QTest::newRow("unknown key")
            << QByteArray("seed: 1\nlearning_rat: 1e-3\n") << QByteArray("learning_rate");
        QTest::newRow("out of range") << QByteArray("seed: 1\ntop_p: 2\n") << QByteArray("top_p");
        QTest::newRow("unknown preset")
            << QByteArray("preset: grpo-arithmetik\n") << QByteArray("grpo-arithmetic");
        QTest::newRow("not a group") << QByteArray("preset: grpo-arithmetic\nnum_generations: 7\n")
                                     << QByteArray("num_generations");
    }

    void run_file_is_refused() {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, said);
        VERIFY_OK(write_file_atomic(home_.path() / "run.yaml", content.toStdString()));
        const CliResult result =
            run_cli({"run", "run.yaml", "--workspace", "workspace"}, home_.path());
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, said);
        verify_no_run();
    }

    void model_that_is_not_there_is_named() {
        for (const QStringList& command :
             {QStringList{"generate", "--model", "nowhere", "--prompt", "a"},
              QStringList{"eval", "--model", "nowhere", "--task", "arithmetic"},
              QStringList{"run", "grpo-arithmetic", "--set", "model_name_or_path=nowhere",
                          "--workspace", "workspace"}}) {
            const CliResult result = run_cli(command, home_.path());
            COMPARE_CODE(result, 2);
            VERIFY_HOLDS(result.err, "nowhere");
        }
        verify_no_run();
    }

private:
    CliResult run_on(const QString& file) {
        return run_cli(
            {"run", "sft-arithmetic", "--set", "task=data", "--set", "train_files=" + file, "--set",
             "max_length=64", "--workspace", "workspace"},
            home_.path());
    }

    void verify_no_run() {
        const CliResult runs =
            run_cli({"runs", "--json", "--workspace", "workspace"}, home_.path());
        QVERIFY2(runs.out.isEmpty(), runs.out.constData());
    }

    TemporaryFolder home_;
};

PLUMB_REGISTER_TEST(TestCliBadInput)
#include "bad_input_test.moc"
