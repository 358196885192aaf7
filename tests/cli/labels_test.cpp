// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>

#include "tiny_run.h"

/// Answers that are judged, in the terminal.
class TestCliLabels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_file_goes_through_a_queue_and_out_again() {
        const TemporaryFolder home;
        write(home, "pairs.jsonl",
              "{\"prompt\":\"p\",\"best\":\"a\",\"rejected\":\"b\"}\n"
              "not json\n"
              "{\"prompt\":\"q\",\"best\":\"c\",\"rejected\":\"d\"}\n");
        const CliResult imported =
            cli(home, {"labels", "import", "pairs.jsonl", "--column", "chosen=best"});
        COMPARE_CODE(imported, 0);
        VERIFY_HOLDS(imported.out, "pairs: 2 items, 2 verdicts");
        VERIFY_HOLDS(imported.err, "row 2");
        VERIFY_HOLDS(cli(home, {"labels", "queue"}).out, "2/2");
        COMPARE_CODE(cli(home, {"labels", "export", "pairs", "out.jsonl"}), 0);
        QCOMPARE(read(home, "out.jsonl"),
                 QByteArray("{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n"
                            "{\"prompt\":\"q\",\"chosen\":\"c\",\"rejected\":\"d\"}\n"));
    }

    void a_second_annotator_is_compared_with_the_first() {
        const TemporaryFolder home;
        write(home, "pairs.jsonl",
              "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n"
              "{\"prompt\":\"q\",\"chosen\":\"c\",\"rejected\":\"d\"}\n");
        COMPARE_CODE(cli(home, {"labels", "import", "pairs.jsonl", "--annotator", "ada"}), 0);
        const CliResult stats = cli(home, {"labels", "stats", "pairs", "--json"});
        COMPARE_CODE(stats, 0);
        const auto lines = json_lines(stats.out);
        QCOMPARE(lines.front()["name"].toString(), QString("ada"));
        QCOMPARE(lines.front()["a"].toInt(), 2);
        QVERIFY(lines.back()["alpha"].toObject()["value"].isNull());
        VERIFY_HOLDS(cli(home, {"labels", "stats", "pairs"}).out,
                     "Krippendorff's alpha: not defined");
    }

    void items_on_which_annotators_differ_are_queued_again() {
        const TemporaryFolder home;
        write(home, "pairs.jsonl", "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n");
        COMPARE_CODE(cli(home, {"labels", "import", "pairs.jsonl"}), 0);
        const CliResult none = cli(home, {"labels", "requeue", "pairs"});
        COMPARE_CODE(none, 2);
        VERIFY_HOLDS(none.err, "annotators differ on no item");
    }

    void samples_of_a_run_are_judged_by_gold() {
        const TemporaryFolder home;
        COMPARE_CODE(cli(home, {"run", "ppo-reviews-smoke", "--workspace", "workspace", "--set",
                                "max_steps=3", "--set", "eval_steps=0"}),
                     0);
        const CliResult queued =
            cli(home, {"labels", "queue", "1", "--name", "own", "--most", "10"});
        COMPARE_CODE(queued, 0);
        VERIFY_HOLDS(queued.out, "own: 10 items");
        VERIFY_HOLDS(cli(home, {"labels", "judge", "own"}).out, "10 verdicts by gold");
        VERIFY_HOLDS(cli(home, {"labels", "queue"}).out, "10/10");
        VERIFY_HOLDS(cli(home, {"labels", "stats", "own"}).out,
                     "gold agrees with the gold reward: 1 (");
        const auto lines = json_lines(cli(home, {"labels", "stats", "own", "--json"}).out);
        const auto reward = std::find_if(lines.begin(), lines.end(), [](const auto& line) {
            return line["event"].toString() == "reward_agreement";
        });
        QVERIFY(reward != lines.end());
        QCOMPARE((*reward)["source"].toString(), QString("gold"));
        QCOMPARE((*reward)["share"].toObject()["value"].toDouble(), 1.0);
    }

    void items_are_put_into_an_order() {
        const TemporaryFolder home;
        COMPARE_CODE(cli(home, {"run", "ppo-reviews-smoke", "--workspace", "workspace", "--set",
                                "max_steps=3", "--set", "eval_steps=0", "--name", "ppo"}),
                     0);
        COMPARE_CODE(cli(home, {"labels", "queue", "ppo", "--name", "own", "--most", "10"}), 0);
        COMPARE_CODE(cli(home, {"labels", "queue", "ppo", "--name", "few", "--steps", "2", "2",
                                "--ended", "--least-difference", "0.001"}),
                     0);
        const CliResult scored = cli(home, {"labels", "score", "own", "--model", "ppo"});
        COMPARE_CODE(scored, 0);
        VERIFY_HOLDS(scored.out, "10 items scored by ppo/1@3");
        const CliResult ordered =
            cli(home, {"labels", "order", "own", "uncertain", "--model", "ppo", "--repeat", "0.1",
                       "--double", "0.5", "--json"});
        COMPARE_CODE(ordered, 0);
        const auto line = json_lines(ordered.out).front();
        QCOMPARE(line["order"].toString(), QString("uncertain"));
        QCOMPARE(line["rewards"].toString(), QString("ppo/1@3"));
        QCOMPARE(line["repeat"].toDouble(), 0.1);
        QCOMPARE(line["double"].toDouble(), 0.5);
        COMPARE_CODE(cli(home, {"labels", "order", "own", "random", "--seed", "7"}), 0);
        VERIFY_HOLDS(cli(home, {"labels", "order", "own"}).out,
                     "order random; repeated 0.1, judged by everybody 0.5");
        VERIFY_HOLDS(cli(home, {"labels", "queue"}).out, "random");
        COMPARE_CODE(cli(home, {"labels", "order", "own", "--repeat", "2"}), 2);
        COMPARE_CODE(cli(home, {"labels", "order", "own", "sideways"}), 2);
        const CliResult no_model =
            cli(home, {"labels", "order", "own", "uncertain", "--model", "nobody"});
        COMPARE_CODE(no_model, 2);
        VERIFY_HOLDS(no_model.err, "nobody");
        COMPARE_CODE(cli(home, {"labels", "judge", "own"}), 0);
        VERIFY_HOLDS(cli(home, {"labels", "stats", "own"}).out,
                     "gold agrees with the reward model ppo/1@3");
    }

    void two_models_answer_the_same_prompts() {
        const TemporaryFolder home;
        COMPARE_CODE(cli(home, {"run", "ppo-reviews-smoke", "--workspace", "workspace", "--set",
                                "max_steps=2", "--set", "eval_steps=0", "--name", "ppo"}),
                     0);
        const CliResult made = cli(home, {"labels", "compare", "ppo", "ppo", "--prompts", "6",
                                          "--seed", "1", "--name", "draws"});
        COMPARE_CODE(made, 0);
        VERIFY_HOLDS(made.out, "draws: ");
        VERIFY_HOLDS(cli(home, {"labels", "judge", "draws"}).out, "verdicts by gold");
        write(home, "prompts.txt", "the movie\nthe food\n");
        COMPARE_CODE(cli(home, {"labels", "compare", "ppo", "ppo", "--file", "prompts.txt"}), 0);
        VERIFY_HOLDS(cli(home, {"labels", "queue"}).out, "ppo and ppo");
        const CliResult taken = cli(home, {"labels", "compare", "ppo", "ppo", "--name", "draws"});
        COMPARE_CODE(taken, 2);
        VERIFY_HOLDS(taken.err, "choose another name");
    }

    void wrong_use_is_told() {
        const TemporaryFolder home;
        const CliResult missing = cli(home, {"labels", "import", "missing.jsonl"});
        COMPARE_CODE(missing, 2);
        VERIFY_HOLDS(missing.err, "missing.jsonl");
        write(home, "empty.jsonl", "");
        COMPARE_CODE(cli(home, {"labels", "import", "empty.jsonl"}), 2);
        const CliResult unknown = cli(home, {"labels", "stats", "nothing"});
        COMPARE_CODE(unknown, 2);
        VERIFY_HOLDS(unknown.err, "nothing");
        write(home, "pairs.jsonl", "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n");
        const CliResult role =
            cli(home, {"labels", "import", "pairs.jsonl", "--column", "winner=chosen"});
        COMPARE_CODE(role, 2);
        VERIFY_HOLDS(role.err, "winner");
    }

private:
    static CliResult cli(const TemporaryFolder& home, QStringList arguments) {
        if (arguments[0] == "labels")
            arguments << "--workspace"
                      << "workspace";
        return run_cli(arguments, home.path());
    }
    static void write(const TemporaryFolder& home, const char* name, const QByteArray& content) {
        QFile file(text_of(home.path() / name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    static QByteArray read(const TemporaryFolder& home, const char* name) {
        QFile file(text_of(home.path() / name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
};

PLUMB_REGISTER_TEST(TestCliLabels)
#include "labels_test.moc"
