// SPDX-License-Identifier: GPL-3.0-or-later
// The user's own reward functions in the terminal.
#include <cerrno>
#include <csignal>
#include <fstream>

#include "cli_process.h"

namespace fs = std::filesystem;

namespace {

/// A Python reward: even lengths are worth 1. Does something else in batches from a number on.
void write_reward(const fs::path& file, const std::string& from_batch_on = "") {
    std::ofstream(file)
        << "import json, os, sys, time\n"
           "print(json.dumps({'plumbline': 1}))\n"
           "for line in sys.stdin:\n"
           "    batch = json.loads(line)\n" +
               (from_batch_on.empty() ? "" : "    " + from_batch_on + "\n") +
               "    scores = [1 - len(row['tokens']) % 2 for row in batch['rows']]\n"
               "    print(json.dumps({'id': batch['id'], 'scores': scores}))\n";
}

void write_run(const fs::path& file, const std::string& more) {
    std::ofstream(file) << "preset: grpo-arithmetic-smoke\n"
                           "hidden_size: 16\nintermediate_size: 32\nnum_hidden_layers: 1\n"
                           "num_attention_heads: 2\nnum_key_value_heads: 2\n"
                           "per_device_train_batch_size: 8\neval_prompts: 8\nthreads: 1\n"
                           "start_max_steps: 4\nstart_check_steps: 2\nstart_check_accuracy: "
                           "0\nstart_sloppy_steps: 2\n"
                           "max_steps: 5\neval_steps: 0\n" +
                               more;
}

}  // namespace

class TestCliReward : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rules_and_programs_are_tried() {
        TemporaryFolder home;
        write_reward(home.path() / "even.py");
        const CliResult result =
            run_cli({"reward", "ended", "numeric_match", "./even.py", PLUMBLINE_EXAMPLE_PLUGIN,
                     "--prompt", "2+2=", "--completion", "It is 4.", "--answer", "4"},
                    home.path());
        COMPARE_CODE(result, 0);
        for (const char* part : {"ended", "numeric_match", "even", "sentence_length", "0.3"})
            VERIFY_HOLDS(result.out, part);
        const CliResult json =
            run_cli({"reward", "exact_match", "length_target", "--prompt", "p", "--completion",
                     "four", "--set", "reward_length=8", "--json"},
                    home.path());
        COMPARE_CODE(json, 0);
        const auto lines = json_lines(json.out);
        QCOMPARE(lines.size(), std::size_t{2});
        QCOMPARE(lines[0]["name"].toString(), QString("exact_match"));
        QVERIFY(lines[0]["metrics"].toObject().isEmpty());
        QCOMPARE(lines[1]["metrics"]["reward"].toDouble(), 0.5);
    }

    void what_is_wrong_is_told() {
        TemporaryFolder home;
        const auto tried = [&](const QString& function) {
            return run_cli({"reward", function, "--prompt", "p", "--completion", "c"}, home.path());
        };
        CliResult result = tried("./gone.py");
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "there is no file");
        result = tried("endet");
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "paths of your own programs");
        result = tried("reward_model");
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "reward_model is empty");
        write_reward(home.path() / "even.py", "os._exit(3)");
        result = tried("even.py");
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.err, "ended with exit code 3");
    }

    void a_run_is_rewarded_by_a_program() {
        TemporaryFolder home;
        fs::create_directory(home.path() / "files");
        write_reward(home.path() / "files/even.py");
        write_run(home.path() / "files/run.yaml", "reward_funcs: [even.py, ended]\n");
        const CliResult result =
            run_cli({"run", "files/run.yaml", "--workspace", "workspace"}, home.path());
        COMPARE_CODE(result, 0);
        const CliResult metrics =
            run_cli({"metrics", "1", "--json", "--workspace", "workspace"}, home.path());
        QCOMPARE(metrics.out.count("\"rewards/even/mean\""), 5);
    }

    void a_program_that_dies_ends_the_run() {
        TemporaryFolder home;
        // One batch is the evaluation at the start.
        write_reward(home.path() / "even.py",
                     "batch['id'] == 3 and (sys.stderr.write('no more\\n'), os._exit(5))");
        write_run(home.path() / "run.yaml", "reward_funcs: [./even.py]\n");
        const CliResult result =
            run_cli({"run", "run.yaml", "--workspace", "workspace"}, home.path());
        COMPARE_CODE(result, 1);
        VERIFY_HOLDS(result.err, "The reward program even (");
        VERIFY_HOLDS(result.err, "ended with exit code 5 while scoring completions 1 to 8");
        VERIFY_HOLDS(result.err, "no more");
        const CliResult metrics =
            run_cli({"metrics", "1", "--json", "--workspace", "workspace"}, home.path());
        QCOMPARE(metrics.out.count("\"rewards/even/mean\""), 1);
    }

    void an_abort_ends_a_program_that_hangs() {
        TemporaryFolder home;
        write_reward(home.path() / "even.py",
                     "open('pid', 'w').write(str(os.getpid())); time.sleep(600)");
        write_run(home.path() / "run.yaml", "reward_funcs: [./even.py]\nreward_timeout: 600\n");
        QProcess process;
        process.setProcessEnvironment(cli_environment(home.path()));
        process.setWorkingDirectory(text_of(home.path()));
        process.start(PLUMBLINE_CLI, {"run", "run.yaml", "--workspace", "workspace"});
        pid_t pid = 0;
        for (int i = 0; i < 600 && pid == 0; ++i) {
            QTest::qWait(50);
            std::ifstream(home.path() / "pid") >> pid;
        }
        QVERIFY(pid > 0);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QTest::qWait(300);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(::kill(pid, 0) != 0 && errno == ESRCH);
    }

    void a_missing_program_is_told_at_the_start() {
        TemporaryFolder home;
        write_run(home.path() / "run.yaml", "reward_funcs: [./even.py]\n");
        const CliResult result =
            run_cli({"run", "run.yaml", "--workspace", "workspace"}, home.path());
        COMPARE_CODE(result, 2);
        VERIFY_HOLDS(result.err, "there is no file");
        const CliResult runs = run_cli({"runs", "--json", "--workspace", "workspace"}, home.path());
        QVERIFY(runs.out.trimmed().isEmpty());
    }
};

PLUMB_REGISTER_TEST(TestCliReward)
#include "reward_test.moc"
