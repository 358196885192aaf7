// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>

#include "store/store.h"
#include "tiny_run.h"

using namespace plumb;

/// Runs that wait in the terminal, and what is said of runs there.
class TestCliQueue : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runs_wait_are_moved_and_go_one_after_another() {
        const TemporaryFolder home;
        COMPARE_CODE(cli(home, queue_add("first", "2")), 0);
        COMPARE_CODE(cli(home, queue_add("second", "3")), 0);
        COMPARE_CODE(cli(home, queue_add("third", "2")), 0);
        COMPARE_CODE(cli(home, {"queue", "move", "3", "1"}), 0);
        const CliResult removed = cli(home, {"queue", "remove", "1"});
        COMPARE_CODE(removed, 0);
        QCOMPARE(names(json_lines(cli(home, {"queue", "--json"}).out)),
                 QStringList({"third", "second"}));
        VERIFY_HOLDS(removed.out, "second");
        QVERIFY(!removed.out.contains("first"));

        const CliResult ran = cli(home, {"queue", "run", "--json"});
        COMPARE_CODE(ran, 0);
        QStringList story;
        for (const QJsonObject& line : json_lines(ran.out)) {
            if (line["event"] == "started") story << "start " + line["name"].toString();
            if (line["event"] == "ended") story << line["state"].toString();
        }
        QCOMPARE(story, QStringList({"start third", "finished", "start second", "finished"}));
        const CliResult none = cli(home, {"queue"});
        COMPARE_CODE(none, 0);
        VERIFY_HOLDS(none.err, "No runs wait");
    }

    void a_signal_stops_the_run_and_leaves_the_others_waiting() {
        const TemporaryFolder home;
        COMPARE_CODE(cli(home, queue_add("long", "100000")), 0);
        COMPARE_CODE(cli(home, queue_add("next", "2")), 0);
        RunningCli running({"queue", "run", "--workspace", "workspace", "--json"}, home.path());
        QVERIFY(running.wait_for("\"event\":\"step\",\"step\":3"));
        running.send(SIGINT);
        QCOMPARE(running.wait_for_end(), 130);
        VERIFY_HOLDS(running.err, "1 run waits");
        QCOMPARE(names(json_lines(cli(home, {"queue", "--json"}).out)), QStringList({"next"}));
        const auto runs = json_lines(cli(home, {"runs", "--json"}).out);
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs[0]["state"].toString(), QString("interrupted"));
        // It may wait to go on behind the other.
        COMPARE_CODE(cli(home, {"queue", "add", "--resume", "long"}), 0);
        QCOMPARE(json_lines(cli(home, {"queue", "--json"}).out)[1]["resumes"].toInt(), 1);
    }

    void what_cannot_be_queued_is_refused() {
        const TemporaryFolder home;
        const CliResult unknown = cli(home, {"queue", "add", "grpo-arithmetik"});
        COMPARE_CODE(unknown, 2);
        VERIFY_HOLDS(unknown.err, "did you mean 'grpo-arithmetic'?");
        COMPARE_CODE(cli(home, {"queue", "add"}), 2);
        COMPARE_CODE(cli(home, queue_add("wrong", "0")), 2);
        COMPARE_CODE(cli(home, queue_add("right", "2")), 0);
        const CliResult gone = cli(home, {"queue", "remove", "9"});
        COMPARE_CODE(gone, 2);
        VERIFY_HOLDS(gone.err, "entry 9");
    }

    void a_run_is_repeated_with_its_settings() {
        const TemporaryFolder home;
        COMPARE_CODE(
            run_cli(tiny_run("sft-arithmetic", {"--set", "max_steps=3", "--name", "first"}),
                    home.path()),
            0);
        const CliResult again =
            cli(home, {"run", "--repeat", "first", "--name", "again", "--set", "seed=0"});
        COMPARE_CODE(again, 0);
        QCOMPARE(losses_of(home, "again"), losses_of(home, "first"));
        QVERIFY(losses_of(home, "again").size() == 3);
        // The settings as a file make the same run.
        const CliResult yaml = cli(home, {"settings", "first"});
        COMPARE_CODE(yaml, 0);
        QFile file(text_of(home.path() / "first.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(yaml.out);
        file.close();
        COMPARE_CODE(cli(home, {"run", "first.yaml", "--name", "from file"}), 0);
        QCOMPARE(losses_of(home, "from file"), losses_of(home, "first"));
        COMPARE_CODE(cli(home, {"run", "first.yaml", "--repeat", "first"}), 2);
        COMPARE_CODE(cli(home, {"run"}), 2);
        COMPARE_CODE(cli(home, {"run", "--repeat", "nothing"}), 2);
    }

    void runs_are_renamed_noted_archived_and_deleted() {
        const TemporaryFolder home;
        make_run(home, "a");
        make_run(home, "b");
        COMPARE_CODE(cli(home, {"runs", "rename", "a", "first words"}), 0);
        COMPARE_CODE(cli(home, {"runs", "note", "1", "a note"}), 0);
        COMPARE_CODE(cli(home, {"runs", "colour", "1", "dark"}), 0);
        COMPARE_CODE(cli(home, {"runs", "colour", "1", "red"}), 2);
        COMPARE_CODE(cli(home, {"runs", "rename", "1", ""}), 2);
        const CliResult archived = cli(home, {"runs", "archive", "b"});
        COMPARE_CODE(archived, 0);
        VERIFY_HOLDS(archived.out, "Run 2 b is archived");

        const CliResult list = cli(home, {"runs"});
        VERIFY_HOLDS(list.out, "first words");
        VERIFY_HOLDS(list.out, "a note");
        VERIFY_HOLDS(list.err, "1 archived run is left out");
        QCOMPARE(names(json_lines(cli(home, {"runs", "--all", "--json"}).out)),
                 QStringList({"first words", "b"}));

        const CliResult deleted = cli(home, {"runs", "delete", "1", "b", "--json"});
        COMPARE_CODE(deleted, 0);
        QVERIFY(json_lines(deleted.out)[0]["deleted_ms"].toDouble() > 1.6e12);
        COMPARE_CODE(cli(home, {"metrics", "1"}), 2);
        QCOMPARE(names(json_lines(cli(home, {"runs", "--deleted", "--json"}).out)),
                 QStringList({"first words", "b"}));
        COMPARE_CODE(cli(home, {"runs", "undelete", "first words"}), 0);
        COMPARE_CODE(cli(home, {"metrics", "1"}), 0);
        const CliResult purged = cli(home, {"runs", "purge"});
        COMPARE_CODE(purged, 0);
        VERIFY_HOLDS(purged.out, "Run 2 b is gone");
        QVERIFY(!std::filesystem::exists(home.path() / "workspace" / "runs" / "2"));
        COMPARE_CODE(cli(home, {"runs", "undelete", "2"}), 2);
        QCOMPARE(json_lines(cli(home, {"runs", "--json"}).out)[0]["shade"].toInt(), 3);
    }

    void deleting_says_who_needs_the_run() {
        const TemporaryFolder home;
        make_run(home, "base");
        make_run(home, "built on it", "model_name_or_path: base@1\n");
        const CliResult deleted = cli(home, {"runs", "delete", "base"});
        COMPARE_CODE(deleted, 0);
        VERIFY_HOLDS(deleted.err, "built on it");
    }

private:
    /// One that is over, without training it.
    static void make_run(const TemporaryFolder& home, const std::string& name,
                         const std::string& settings = "") {
        const auto store = Store::open(home.path() / "workspace", Access::read_write);
        VERIFY_OK(store);
        RunRecord record;
        record.name = name;
        record.algorithm = "sft";
        record.settings = settings;
        record.state = RunState::finished;
        VERIFY_OK((*store)->create_run(record));
    }
    static CliResult cli(const TemporaryFolder& home, QStringList arguments) {
        return run_cli(arguments << "--workspace"
                                 << "workspace",
                       home.path());
    }
    static QStringList queue_add(const QString& name, const QString& steps) {
        return QStringList{"queue", "add", "sft-arithmetic"} + tiny_settings() +
               QStringList{"--set", "max_steps=" + steps, "--name", name};
    }
    static QStringList names(const std::vector<QJsonObject>& lines) {
        QStringList all;
        for (const QJsonObject& line : lines) all << line["name"].toString();
        return all;
    }
    static QList<double> losses_of(const TemporaryFolder& home, const QString& run) {
        QList<double> losses;
        for (const QJsonObject& line : json_lines(cli(home, {"metrics", run, "--json"}).out))
            if (line["metrics"].toObject().contains("loss"))
                losses << line["metrics"]["loss"].toDouble();
        return losses;
    }
};

PLUMB_REGISTER_TEST(TestCliQueue)
#include "queue_test.moc"
