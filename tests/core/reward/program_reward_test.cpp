// SPDX-License-Identifier: GPL-3.0-or-later
#include "reward/program_reward.h"

#include "base/child_program.h"
#include "base/files.h"
#include "own_reward_helpers.h"
#include "reward/reward_lines.h"
#include "test_child.h"

using namespace plumb;

namespace {

using Scores = RewardFunction::Scores;

Settings limit(double seconds) {
    Settings settings;
    settings.reward_timeout = seconds;
    return settings;
}

/// A Python program: leaves its process number, says hello, then runs the body for every batch,
/// which has `batch` and `rows` and sets `scores`, or does something else.
std::string python(const std::string& body) {
    return "import json, os, signal, sys, time\n"
           "with open('pid', 'w') as file: file.write(str(os.getpid()))\n"
           "print(json.dumps({'plumbline': 1}))\n"
           "for line in sys.stdin:\n"
           "    batch = json.loads(line); rows = batch['rows']\n"
           "    " +
           body +
           "\n"
           "    print(json.dumps({'id': batch['id'], 'scores': scores}))\n";
}

/// What the first batch of a program of that text gives; errors of its start as well.
Result<Scores> first_batch(const TemporaryFolder& folder, const std::string& name,
                           const std::string& text, const Settings& settings = limit(20)) {
    const RewardRows rows({"Dear", "You fool"});
    PLUMB_TRY(const auto reward, make_reward(write_program(folder, name, text), settings));
    return reward->score(rows.rows);
}

/// Kills the program and waits for its end, leaving it to its parent to notice that.
void kill_and_wait(pid_t pid) {
    ::kill(pid, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
}

/// Holds a reward function until it is killed.
int hold_a_program(const std::vector<std::string>& arguments) {
    const auto reward = make_reward(arguments.at(0), limit(20));
    if (!reward.ok()) return 1;
    std::printf("started\n");
    std::fflush(stdout);
    for (;;) ::pause();
}
PLUMB_REGISTER_CHILD("hold-a-program", hold_a_program)

}  // namespace

/// Reward functions that are programs of the user's, good ones and bad ones.
class TestProgramReward : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_program_scores() {
        TemporaryFolder folder;
        const auto reward =
            make_reward(write_program(folder, "length.py",
                                      python("scores = [None if r['completion'] == 'no' else "
                                             "len(r['tokens']) + r['ended'] + int(r['answer']) + "
                                             "(r['prompt'] == 'say \"it\"') for r in rows]")),
                        limit(20));
        VERIFY_OK(reward);
        COMPARE_TEXT((*reward)->name(), "length");
        const RewardRows rows({"yes", "no", "a\nb\"\xff\x01"});
        for (int batch = 0; batch < 3; ++batch) {
            const auto scores = (*reward)->score(rows.rows);
            VERIFY_OK(scores);
            QVERIFY((*scores == Scores{47, std::nullopt, 50}));
        }
        QVERIFY((*reward)->score({}).ok());
    }

    void a_shell_script_scores() {
        TemporaryFolder folder;
        const auto scores = first_batch(folder, "ones.sh",
                                        "#!/bin/sh\necho '{\"plumbline\": 1, \"name\": \"ones\"}'\n"
                                        "id=0\nwhile read -r line; do id=$((id + 1))\n"
                                        "echo \"{\\\"id\\\": $id, \\\"scores\\\": [1, null]}\"\n"
                                        "done\n");
        VERIFY_OK(scores);
        QVERIFY((*scores == Scores{1, std::nullopt}));
    }

    void large_batches_do_not_block() {
        TemporaryFolder folder;
        // It answers nothing before it has complained more than a pipe holds, and both lines are
        // longer than a pipe holds.
        const auto reward =
            make_reward(write_program(folder, "long.py",
                                      python("sys.stderr.write('complaint\\n' * 20000); "
                                             "scores = [0.1234567890123] * len(rows)")),
                        limit(30));
        VERIFY_OK(reward);
        const RewardRows rows(std::vector<std::string>(20000, "some text of no importance"));
        const auto scores = (*reward)->score(rows.rows);
        VERIFY_OK(scores);
        QCOMPARE(scores->size(), std::size_t{20000});
    }

    void wrong_answers_name_the_program_and_the_row_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QStringList>("parts");
        const auto row = [](const char* name, const char* body, const QStringList& parts) {
            QTest::addRow("%s", name) << body << parts;
        };
        row("no JSON", "print('thinking ...'); scores = [1, 1]",
            {"no JSON", "thinking ...", "standard error"});
        row("no object", "print('[1, 2]'); scores = [1, 1]", {"[1, 2]", "an object"});
        row("wrong id", "batch['id'] += 1; scores = [1, 1]", {"answered batch 1 with the id 2"});
        row("no id", "print('{\"scores\": [1, 1]}'); scores = []", {"the id missing"});
        row("no scores", "print(json.dumps({'id': batch['id']})); scores = []",
            {"without a list of scores"});
        row("wrong count", "scores = [1]", {"1 scores for 2 completions"});
        row("NaN", "scores = [1, float('nan')]",
            {"NaN", "completion 2 of 2, \"You fool\"", "null for no opinion"});
        row("infinite", "scores = [float('-inf'), 1]", {"completion 1 of 2, \"Dear\""});
        row("text", "scores = [1, '1']", {"gave \"\\\"1\\\"\" to completion 2 of 2, \"You fool\""});
        row("bool", "scores = [1, True]", {"gave \"true\" to completion 2 of 2"});
        row("error", "print(json.dumps({'id': batch['id'], 'error': 'no word list', 'row': 1}))",
            {"reports an error: no word list", "completion 2 of 2, \"You fool\""});
        row("error without row", "print(json.dumps({'id': batch['id'], 'error': 'no word list'}))",
            {"reports an error: no word list"});
        row("exception", "scores = [1 / 0]",
            {"ended with exit code 1", "while scoring completions 1 to 2", "ZeroDivisionError"});
        row("exit", "sys.stderr.write('licence expired\\n'); os._exit(7)",
            {"ended with exit code 7", "licence expired"});
        row("signal", "os.kill(os.getpid(), signal.SIGKILL)",
            {"was ended by signal 9 (Killed)", "while scoring completions 1 to 2"});
        row("closed output", "os.close(1); time.sleep(60)", {"closed its standard"});
        row("endless line", "sys.stdout.write('x' * ((64 << 20) + 5)); time.sleep(60)",
            {"a line of more than 64"});
    }
    void wrong_answers_name_the_program_and_the_row() {
        QFETCH(QString, body);
        QFETCH(QStringList, parts);
        TemporaryFolder folder;
        const auto scores = first_batch(folder, "judge.py", python(body.toStdString()));
        QVERIFY(!scores.ok());
        const std::string message = scores.error().message;
        for (const QString& part : parts) VERIFY_PART(message, part.toStdString());
        VERIFY_PART(message, "The reward program judge (" + (folder.path() / "judge.py").string());
        QVERIFY(goes(pid_in(folder.path() / "pid")));
    }

    void a_program_that_hangs_is_ended() {
        TemporaryFolder folder;
        const auto before = std::chrono::steady_clock::now();
        const auto scores = first_batch(
            folder, "slow.py",
            python("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60); scores = []"),
            limit(1));
        QVERIFY(!scores.ok());
        VERIFY_PART(scores.error().message, "no answer within 1 seconds");
        VERIFY_PART(scores.error().message, "reward_timeout");
        QVERIFY(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
        QVERIFY(goes(pid_in(folder.path() / "pid")));
    }

    void a_hello_is_needed() {
        TemporaryFolder folder;
        const auto error = [&](const std::string& text, double seconds = 20) {
            const auto scores = first_batch(folder, "hello.sh", text, limit(seconds));
            return scores.ok() ? std::string("no error") : scores.error().message;
        };
        VERIFY_PART(error("#!/bin/sh\nsleep 60\n", 0.3), "no answer within 0.3 seconds");
        VERIFY_PART(error("#!/bin/sh\nsleep 60\n", 0.3), "before it said hello");
        VERIFY_PART(error("#!/bin/sh\necho hi\n"), "its first line must be {\"plumbline\": 1}");
        VERIFY_PART(error("#!/bin/sh\necho '{\"plumbline\": 2}'\ncat\n"), "speaks version 2");
        VERIFY_PART(error("#!/bin/sh\necho '{\"error\": \"no licence\"}'\n"),
                    "does not start: no licence");
        VERIFY_PART(error("#!/bin/sh\nexit 4\n"), "ended with exit code 4 before it said hello");
        VERIFY_PART(error("echo no first line\n"), "#!/bin/sh");
        VERIFY_PART(error("#!/no/such/shell\n"), "the program that its first line names");
    }

    void what_cannot_be_started_is_told_without_starting() {
        TemporaryFolder folder;
        const std::string missing = (folder.path() / "missing.py").string();
        VERIFY_PART(check_reward(missing, {}).error().message, "there is no file " + missing);
        const std::string plain = write_program(folder, "plain", "#!/bin/sh\n");
        VERIFY_OK(check_reward(plain, {}));
        std::filesystem::permissions(plain, std::filesystem::perms::owner_read);
        VERIFY_PART(check_reward(plain, {}).error().message, "chmod +x");
        VERIFY_PART(check_reward(folder.path().string(), {}).error().message, "is no file");
    }

    void a_program_that_died_between_batches_is_started_again() {
        TemporaryFolder folder;
        const auto reward = make_reward(
            write_program(folder, "once.py", python("scores = [os.getpid()]")), limit(20));
        VERIFY_OK(reward);
        const RewardRows rows({"a"});
        const auto first = (*reward)->score(rows.rows);
        VERIFY_OK(first);
        const pid_t pid = static_cast<pid_t>(*first->front());
        kill_and_wait(pid);
        const auto second = (*reward)->score(rows.rows);
        VERIFY_OK(second);
        QVERIFY(*second->front() != *first->front());
        QVERIFY(goes(pid));
    }

    void a_program_that_answers_once_is_started_for_each_batch() {
        TemporaryFolder folder;
        const auto reward = make_reward(
            write_program(
                folder, "once.sh",
                "#!/bin/sh\necho '{\"plumbline\": 1}'\nread -r line\n"
                "id=${line#*:}; id=${id%%,*}\necho \"{\\\"id\\\": $id, \\\"scores\\\": [$id]}\"\n"),
            limit(20));
        VERIFY_OK(reward);
        const RewardRows rows({"a"});
        for (int batch = 1; batch <= 4; ++batch) {
            const auto scores = (*reward)->score(rows.rows);
            VERIFY_OK(scores);
            QCOMPARE(*scores->front(), double(batch));
        }
    }

    void a_second_death_in_one_batch_is_an_error() {
        TemporaryFolder folder;
        const auto reward =
            make_reward(write_program(folder, "twice.py",
                                      python("os.path.exists('second') and os._exit(9); "
                                             "open('second', 'w').close(); scores = [1]")),
                        limit(20));
        VERIFY_OK(reward);
        const RewardRows rows({"a"});
        VERIFY_OK((*reward)->score(rows.rows));
        kill_and_wait(pid_in(folder.path() / "pid"));
        const auto scores = (*reward)->score(rows.rows);
        QVERIFY(!scores.ok());
        VERIFY_PART(scores.error().message,
                    "ended with exit code 9 while scoring completion 1 of 1");
    }

    void a_stop_ends_a_batch_at_once() {
        TemporaryFolder folder;
        const auto reward = make_reward(
            write_program(folder, "slow.py", python("time.sleep(60); scores = [1]")), limit(50));
        VERIFY_OK(reward);
        std::stop_source stop;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            stop.request_stop();
        });
        const RewardRows rows({"a"});
        const auto before = std::chrono::steady_clock::now();
        const auto scores = (*reward)->score(rows.rows, stop.get_token());
        QVERIFY(!scores.ok());
        QCOMPARE(scores.error().code, ErrorCode::cancelled);
        QVERIFY(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
        QVERIFY(goes(pid_in(folder.path() / "pid")));
    }

    void nothing_is_left_behind() {
        TemporaryFolder folder;
        // The program has a child of its own that would outlive it.
        const std::string program = write_program(
            folder, "parent.sh",
            "#!/bin/sh\necho '{\"plumbline\": 1}'\nsleep 60 &\necho $! > child\necho $$ > pid\n"
            "trap '' TERM\nwhile :; do sleep 60; done\n");
        pid_t child = 0, parent = 0;
        {
            const auto reward = make_reward(program, limit(20));
            VERIFY_OK(reward);
            for (int i = 0; i < 200 && parent == 0; ++i) {
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
                parent = pid_in(folder.path() / "pid");
            }
            child = pid_in(folder.path() / "child");
            QVERIFY(child > 0 && ::kill(child, 0) == 0);
        }
        QVERIFY(goes(parent));
        QVERIFY(goes(child));
    }

    void nothing_is_left_behind_by_a_process_that_is_killed() {
        TemporaryFolder folder;
        const std::string program =
            write_program(folder, "stays.py", python("scores = [1]") + "time.sleep(60)\n");
        ::ChildProcess holder("hold-a-program", {program});
        QVERIFY(holder.read_line() == "started");
        const pid_t pid = pid_in(folder.path() / "pid");
        QVERIFY(pid > 0 && ::kill(pid, 0) == 0);
        holder.kill();
        QVERIFY(goes(pid));
    }

    void no_file_of_ours_stays_open_there() {
        TemporaryFolder folder;
        // Opened as careless libraries do.
        const int leaking = ::open((folder.path() / "leak").c_str(), O_RDWR | O_CREAT, 0600);
        const auto reward =
            make_reward(write_program(folder, "files.py",
                                      python("scores = [sum(os.path.exists('/proc/self/fd/%d' % i) "
                                             "for i in range(3, 200))]")),
                        limit(20));
        VERIFY_OK(reward);
        const RewardRows rows({"a"});
        const auto scores = (*reward)->score(rows.rows);
        ::close(leaking);
        VERIFY_OK(scores);
        QCOMPARE(*scores->front(), 0.0);
    }

    void the_example_is_polite() {
        const auto example =
            std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "plugins/python-example/politeness.py";
        const auto reward = make_reward(example.string(), limit(20));
        VERIFY_OK(reward);
        const RewardRows rows({"Thank you, please do", "You idiot", " "});
        const auto scores = (*reward)->score(rows.rows);
        VERIFY_OK(scores);
        QCOMPARE(*(*scores)[0], 2.0 / 3);
        QCOMPARE(*(*scores)[1], -1.0);
        QVERIFY(!(*scores)[2]);
    }
};

PLUMB_REGISTER_TEST(TestProgramReward)
#include "program_reward_test.moc"
