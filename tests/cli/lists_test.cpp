// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "base/files.h"
#include "cli_process.h"
#include "store/store.h"

using namespace plumb;

/// Listing, showing and exporting what a workspace holds, also while a program writes to it.
class TestCliLists : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        auto store = Store::open(folder(), Access::read_write);
        VERIFY_OK(store);
        store_ = std::move(*store);
        RunRecord record;
        record.name = "first words";
        record.algorithm = "grpo";
        record.preset = "grpo-arithmetic";
        record.total_steps = 3;
        const auto run = store_->create_run(record);
        VERIFY_OK(run);
        QCOMPARE(*run, RunId{1});
        store_->add_metrics(1, 0, {{"eval/accuracy", 0.25}}, 3);
        store_->add_metrics(1, 1, {{"loss", 0.5}, {"reward", 0.125}}, 3);
        store_->add_metrics(1, 2, {{"loss", std::nan("")}, {"reward", 0.25}}, 3);
        store_->add_metrics(
            1, 3, {{"loss", -std::numeric_limits<double>::infinity()}, {"eval/accuracy", 0.75}}, 3);
        store_->add_completions(1, 1, {completion(0, "8"), completion(1, "9")});
        TokenData tokens;
        tokens.ids = {9};
        tokens.bytes = {1};
        tokens.logprob = {-0.5f};
        tokens.ref_logprob = {-1.0f};
        store_->add_token_data(1, 1, {{1, encode_token_data(tokens)}});
        std::vector<CompletionRecord> many;
        for (std::int64_t row = 0; row < 5000; ++row)
            many.push_back(completion(row, "1,2\n3#" + std::to_string(row)));
        store_->add_completions(1, 3, many);
        VERIFY_OK(store_->flush());
    }

    void runs_are_a_table() {
        const CliResult result = cli({"runs"});
        COMPARE_CODE(result, 0);
        const QList<QByteArray> lines = result.out.split('\n');
        QVERIFY(lines[0].startsWith("run  name"));
        for (const char* part : {"1", "first words", "grpo", "running", "3/3"})
            VERIFY_HOLDS(lines[1], part);
    }

    void runs_are_json() {
        const CliResult result = cli({"runs", "--json"});
        COMPARE_CODE(result, 0);
        const auto lines = json_lines(result.out);
        QCOMPARE(lines.size(), std::size_t{1});
        QCOMPARE(lines[0]["event"].toString(), QString("run"));
        QCOMPARE(lines[0]["run"].toInt(), 1);
        QCOMPARE(lines[0]["step"].toInt(), 3);
        QCOMPARE(lines[0]["state"].toString(), QString("running"));
        QVERIFY(lines[0]["created_ms"].toDouble() > 1.6e12);
    }

    void metrics_are_summarised() {
        const CliResult result = cli({"metrics", "first words"});
        COMPARE_CODE(result, 0);
        const QList<QByteArray> lines = result.out.split('\n');
        const auto accuracy = std::find_if(lines.begin(), lines.end(), [](const QByteArray& line) {
            return line.startsWith("eval/accuracy ");
        });
        QVERIFY(accuracy != lines.end());
        QCOMPARE(accuracy->simplified(), QByteArray("eval/accuracy 0.25 0.75 0.25 0.75 3 2"));
        const auto loss = std::find_if(lines.begin(), lines.end(), [](const QByteArray& line) {
            return line.startsWith("loss ");
        });
        QVERIFY(loss != lines.end());
        QCOMPARE(loss->simplified(), QByteArray("loss 0.5 -inf -inf 0.5 3 3"));
    }

    void metrics_are_csv() {
        const CliResult result = cli({"metrics", "1", "--csv"});
        COMPARE_CODE(result, 0);
        QCOMPARE(result.out, QByteArray("step,eval/accuracy,reward,loss\n"
                                        "0,0.25,,\n"
                                        "1,,0.125,0.5\n"
                                        "2,,0.25,nan\n"
                                        "3,0.75,,-inf\n"));
    }

    void metrics_are_json_with_the_values_that_json_lacks() {
        const CliResult result = cli({"metrics", "1", "--json"});
        COMPARE_CODE(result, 0);
        const auto lines = json_lines(result.out);
        QCOMPARE(lines.size(), std::size_t{4});
        QCOMPARE(lines[1]["step"].toInt(), 1);
        QCOMPARE(lines[1]["metrics"]["reward"].toDouble(), 0.125);
        QVERIFY(!lines[1].contains("non_finite"));
        QVERIFY(lines[2]["metrics"].toObject()["loss"].isNull());
        QCOMPARE(lines[2]["non_finite"].toArray(), QJsonArray{"loss"});
    }

    void completions_are_those_of_the_last_step() {
        const CliResult result = cli({"completions", "1"});
        COMPARE_CODE(result, 0);
        VERIFY_HOLDS(result.out, "step 3: 5000 completions");
        VERIFY_HOLDS(result.out, "1,2\\n3#4999");
        VERIFY_HOLDS(result.out, "2+7= ");
        VERIFY_HOLDS(result.out, "answer: 9");
    }

    void completions_of_a_step() {
        const CliResult result = cli({"completions", "1", "--step", "1", "--json"});
        COMPARE_CODE(result, 0);
        const auto lines = json_lines(result.out);
        QCOMPARE(lines.size(), std::size_t{2});
        QCOMPARE(lines[1]["step"].toInt(), 1);
        QCOMPARE(lines[1]["completion"].toString(), QString("9"));
        QCOMPARE(lines[1]["metrics"]["rewards/arithmetic"].toDouble(), 1.0);
        QVERIFY(!lines[1]["metrics"].toObject().contains("rewards/none"));
    }

    void completions_of_all_steps_are_searched_and_sorted() {
        const CliResult found =
            cli({"completions", "1", "--search", "3#499", "--sort", "length", "--limit", "3"});
        COMPARE_CODE(found, 0);
        VERIFY_HOLDS(found.out, "3 of 11 completions");
        VERIFY_HOLDS(found.out, "length  ended  prompt  completion");
        const CliResult steps = cli({"completions", "1", "--to", "2", "--json"});
        QCOMPARE(json_lines(steps.out).size(), std::size_t{2});
        const CliResult ranged = cli({"completions", "1", "--least", "0.5", "--sort", "reward",
                                      "--ascending", "--limit", "1", "--json"});
        COMPARE_CODE(ranged, 0);
        QCOMPARE(json_lines(ranged.out).size(), std::size_t{1});
        const CliResult none = cli({"completions", "1", "--held-out"});
        VERIFY_HOLDS(none.out, "0 of 0 completions");
    }

    void tokens_of_a_completion_are_shown_with_their_numbers() {
        const CliResult result = cli({"completions", "1", "--step", "1", "--tokens", "1"});
        COMPARE_CODE(result, 0);
        VERIFY_HOLDS(result.out, "log p ref");
        const CliResult json = cli({"completions", "1", "--step", "1", "--tokens", "1", "--json"});
        const auto lines = json_lines(json.out);
        QCOMPARE(lines.size(), std::size_t{1});
        QCOMPARE(lines[0]["event"].toString(), QString("token"));
        QCOMPARE(lines[0]["text"].toString(), QString("9"));
        QCOMPARE(lines[0]["metrics"]["kl"].toDouble(), 0.5);
        QVERIFY(!lines[0]["metrics"].toObject().contains("value"));
    }

    void what_is_not_there_is_named_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("run") << QStringList{"metrics", "first worlds"} << QByteArray("first words");
        QTest::newRow("number") << QStringList{"metrics", "7"} << QByteArray("7");
        QTest::newRow("step") << QStringList{"completions", "1", "--step", "2"}
                              << QByteArray("from 1 to 3");
        QTest::newRow("order") << QStringList{"completions", "1", "--sort", "width"}
                               << QByteArray("there are step, reward");
        QTest::newRow("row") << QStringList{"completions", "1", "--step", "1", "--tokens", "9"}
                             << QByteArray("the step has 2");
        QTest::newRow("numbers of tokens")
            << QStringList{"completions", "1", "--step", "3", "--tokens", "0"}
            << QByteArray("token_data_mb");
        QTest::newRow("metric") << QStringList{"chart", "1", "rewart", "--out", "x.svg"}
                                << QByteArray("did you mean reward?");
        QTest::newRow("resume") << QStringList{"resume", "last words"} << QByteArray("first words");
    }

    void what_is_not_there_is_named() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, said);
        const CliResult result = cli(arguments);
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, said);
    }

    void chart_is_svg() {
        const CliResult result = cli({"chart", "1", "--out", "all.svg"});
        COMPARE_CODE(result, 0);
        const auto svg = read_file(home_.path() / "all.svg");
        VERIFY_OK(svg);
        QVERIFY(svg->find("<svg") != std::string::npos && svg->find("</svg>") != std::string::npos);
        QVERIFY(svg->find("first words") != std::string::npos);

        const CliResult one = cli({"chart", "1", "reward", "--out", "one.svg", "--json"});
        COMPARE_CODE(one, 0);
        QCOMPARE(json_lines(one.out).at(0)["charts"].toInt(), 1);
    }

    void file_that_cannot_be_written_is_a_failure() {
        const CliResult result = cli({"chart", "1", "--out", "no-folder/all.svg"});
        QVERIFY(result.code == 1 || result.code == 2);
        VERIFY_HOLDS(result.err, "no-folder/all.svg");
    }

    void reader_that_goes_away_is_no_failure() {
        QProcess shell;
        shell.setProcessEnvironment(cli_environment(home_.path()));
        shell.start("/bin/sh",
                    {"-c", QString("{ '%1' completions 1 --workspace '%2'; echo code $? >&2; } | "
                                   "head -n 1")
                               .arg(PLUMBLINE_CLI, text_of(folder()))});
        QVERIFY(shell.waitForFinished(60000));
        QCOMPARE(shell.readAllStandardError(), QByteArray("code 0\n"));
        QVERIFY(shell.readAllStandardOutput().startsWith("Run 1 first words, step 3"));
    }

    void output_that_cannot_be_written_is_a_failure() {
        if (!std::filesystem::exists("/dev/full")) QSKIP("this system has no /dev/full");
        QProcess shell;
        shell.setProcessEnvironment(cli_environment(home_.path()));
        shell.start("/bin/sh", {"-c", QString("'%1' metrics 1 --csv --workspace '%2' > /dev/full")
                                          .arg(PLUMBLINE_CLI, text_of(folder()))});
        QVERIFY(shell.waitForFinished(60000));
        QCOMPARE(shell.exitCode(), 1);
        VERIFY_HOLDS(shell.readAllStandardError(), "standard output");
    }

    void workspace_in_use_may_be_read_but_not_trained_in() {
        const CliResult result = cli({"run", "grpo-arithmetic"});
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.err, text_of(folder()).toUtf8());
        COMPARE_CODE(cli({"runs"}), 0);
    }

private:
    std::filesystem::path folder() const { return home_.path() / "work space"; }

    CliResult cli(QStringList arguments) {
        arguments << "--workspace" << text_of(folder());
        return run_cli(arguments, home_.path());
    }

    static CompletionRecord completion(std::int64_t row, const std::string& text) {
        CompletionRecord record;
        record.row = row;
        record.group = row / 8;
        record.prompt = "2+7=";
        record.completion = text;
        record.answer = "9";
        record.reward = text == "9" ? 1.0 : 0.0;
        record.reward_parts = {{"arithmetic", record.reward}, {"none", std::nullopt}};
        record.advantage = 0.5;
        record.length = 2;
        record.ended = true;
        return record;
    }

    TemporaryFolder home_;
    std::unique_ptr<Store> store_;  // held open: what a running program does
};

PLUMB_REGISTER_TEST(TestCliLists)
#include "lists_test.moc"
