// SPDX-License-Identifier: GPL-3.0-or-later
// Kills the terminal program while it imports labels and while it judges: no half queue is left, no
// verdict is lost, and the workspace opens.
#include <csignal>
#include <fstream>

#include <QDateTime>
#include <QProcess>

#include "base/random.h"
#include "session/label_sampling.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// Starts the program and kills it after so many milliseconds; true if it ended by itself before.
bool run_and_kill(const QStringList& arguments, const std::filesystem::path& workspace,
                  int milliseconds) {
    QProcess program;
    program.setStandardOutputFile(QProcess::nullDevice());
    program.setStandardErrorFile(QProcess::nullDevice());
    program.start(PLUMBLINE_CLI,
                  arguments + QStringList{"--workspace", QString::fromStdString(workspace)});
    if (!program.waitForStarted()) qFatal("cannot start %s", PLUMBLINE_CLI);
    if (program.waitForFinished(milliseconds)) return true;
    ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
    program.waitForFinished();
    return false;
}

}  // namespace

class TestLabelsKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_import_is_there_whole_or_not_at_all() {
        const TemporaryFolder folder;
        const auto workspace = folder.path() / "workspace", file = folder.path() / "pairs.jsonl";
        constexpr std::int64_t rows = 20000;
        {
            std::ofstream out(file);
            for (std::int64_t i = 0; i < rows; ++i)
                out << "{\"prompt\":\"p" << i << "\",\"chosen\":\"good\",\"rejected\":\"bad\"}\n";
        }
        Random random(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
        int killed = 0, whole = 0;
        for (int i = 0; i < 30; ++i) {
            const QString name = QString("queue %1").arg(i);
            const bool ended =
                run_and_kill({"labels", "import", QString::fromStdString(file), "--name", name},
                             workspace, 20 + static_cast<int>(random.below(600)));
            auto reader = StoreReader::open(workspace);
            if (!reader) {
                QVERIFY(!ended);  // before the workspace was made
                continue;
            }
            const auto queues = (*reader)->label_queues();
            VERIFY_OK(queues);
            bool found = false;
            for (const LabelQueue& queue : *queues) {
                QCOMPARE(queue.items, rows);
                QCOMPARE((*reader)->items_judged(queue.id).value(), rows);
                found = found || QString::fromStdString(queue.name) == name;
            }
            QVERIFY(found || !ended);
            killed += !found;
            whole += found;
        }
        QVERIFY(killed > 0);
        // The last word: nothing that was left stands in the way of an import.
        QVERIFY(run_and_kill({"labels", "import", QString::fromStdString(file), "--name", "last"},
                             workspace, 120000));
        QCOMPARE(StoreReader::open(workspace).value()->find_label_queue("last")->items, rows);
    }

    void no_verdict_is_lost() {
        const TemporaryFolder folder;
        const auto workspace = folder.path() / "workspace";
        constexpr std::int64_t pairs = 1500;
        LabelQueueId queue = 0;
        {
            auto store = Store::open(workspace, Access::read_write).value();
            RunRecord record;
            record.name = "samples";
            record.algorithm = "grpo";
            const RunId run = store->create_run(record).value();
            std::vector<CompletionRecord> rows;
            for (std::int64_t row = 0; row < 2 * pairs; ++row) {
                CompletionRecord sample;
                sample.row = row;
                sample.prompt = "p" + std::to_string(row / 2);
                sample.completion = row % 2 ? "better" : "worse";
                sample.reward = sample.reward_parts["gold"] = static_cast<double>(row % 2);
                rows.push_back(sample);
            }
            store->add_completions(run, 1, rows);
            VERIFY_OK(store->flush());
            auto reader = StoreReader::open(workspace).value();
            queue = queue_samples(*store, *reader, "own", {.run = run}).value().queue;
        }
        Random random(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
        std::vector<Verdict> before;
        int killed = 0;
        for (int i = 0; i < 30; ++i) {
            const bool ended = run_and_kill({"labels", "judge", "own"}, workspace,
                                            20 + static_cast<int>(random.below(150)));
            auto reader = StoreReader::open(workspace);
            VERIFY_OK(reader);
            const auto now = (*reader)->standing_verdicts(queue).value();
            QVERIFY2(now.size() >= before.size(), "verdicts were lost");
            for (std::size_t at = 0; at < before.size(); ++at) {
                QCOMPARE(now[at].id, before[at].id);
                QCOMPARE(now[at].choice, before[at].choice);
            }
            before = now;
            killed += !ended;
        }
        QVERIFY(killed > 0);
        QVERIFY(run_and_kill({"labels", "judge", "own"}, workspace, 120000));
        auto reader = StoreReader::open(workspace).value();
        QCOMPARE(static_cast<std::int64_t>(reader->standing_verdicts(queue)->size()), pairs);
    }
};

PLUMB_REGISTER_TEST(TestLabelsKill)
#include "labels_kill_test.moc"
