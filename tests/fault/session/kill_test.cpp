// SPDX-License-Identifier: GPL-3.0-or-later
// Kills the terminal program at random instants, checkpoint writing included: the workspace opens,
// nothing that was committed is lost, and the run that goes on after all kills ends with the same
// weights and the same metrics as the run that was never stopped.

#include <csignal>

#include <QDateTime>
#include <QElapsedTimer>
#include <QProcess>

#include "base/random.h"
#include "config/yaml.h"
#include "core/session/small_run.h"
#include "store/database.h"

using namespace plumb;

namespace {

Settings killed_settings() {
    Settings settings = small_grpo();
    settings.max_steps = 400;
    settings.save_steps = 3;
    settings.eval_steps = 25;
    settings.num_iterations = 2;
    return settings;
}

/// All stages of RLHF; the phases before the first checkpoint take about half of its time.
Settings killed_ppo_settings() {
    Settings settings = small_reviews_run("ppo");
    settings.max_steps = 150;
    settings.save_steps = 3;
    settings.eval_steps = 50;
    settings.start_max_steps = 300;
    settings.pairs_prompts = 6000;
    return settings;
}

QStringList arguments_for(const std::filesystem::path& workspace, const QStringList& command) {
    QStringList arguments = command;
    arguments << "--workspace" << QString::fromStdString(workspace.string()) << "--json";
    return arguments;
}

/// Starts the program, kills it after the given time; true if it ended by itself before.
bool run_and_kill(const QStringList& arguments, int milliseconds) {
    QProcess program;
    program.setStandardOutputFile(QProcess::nullDevice());
    program.setStandardErrorFile(QProcess::nullDevice());
    program.start(PLUMBLINE_CLI, arguments);
    if (!program.waitForStarted()) qFatal("cannot start %s", PLUMBLINE_CLI);
    if (program.waitForFinished(milliseconds)) return true;
    ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
    program.waitForFinished();
    return false;
}

std::map<std::int64_t, double> losses(const std::filesystem::path& workspace) {
    std::map<std::int64_t, double> result;
    if (!std::filesystem::exists(workspace / database_name)) return result;
    auto reader = StoreReader::open(workspace);
    if (!reader) {
        qWarning("%s", reader.error().message.c_str());
        return result;
    }
    const auto points = (*reader)->metric(1, "loss");
    if (!points) {
        qWarning("%s", points.error().message.c_str());
        return result;
    }
    for (const auto& point : *points) result[point.step] = point.value;
    return result;
}

}  // namespace

class TestKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kills_change_nothing_data() {
        QTest::addColumn<bool>("ppo");
        QTest::addColumn<int>("most");
        QTest::newRow("grpo, 20 kills") << false << 20;
        QTest::newRow("ppo with its reward model, 12 kills") << true << 12;
    }
    void kills_change_nothing() {
        QFETCH(bool, ppo);
        QFETCH(int, most);
        TemporaryFolder folder;
        const auto workspace = folder.path() / "killed", calm = folder.path() / "calm";
        const auto file = folder.path() / "run.yaml";
        const Status written = write_file_atomic(
            file, write_settings(ppo ? killed_ppo_settings() : killed_settings()));
        VERIFY_OK(written);
        // Each its own: a start that is found in the cache could not be cut off.
        qputenv("PLUMBLINE_CACHE",
                QByteArray::fromStdString((folder.path() / "calm-cache").string()));

        QProcess whole;
        whole.setStandardOutputFile(QProcess::nullDevice());
        QElapsedTimer timer;
        timer.start();
        whole.start(PLUMBLINE_CLI,
                    arguments_for(calm, {"run", QString::fromStdString(file.string())}));
        QVERIFY(whole.waitForFinished(240000));
        QVERIFY2(whole.exitCode() == 0, whole.readAllStandardError().constData());
        const auto whole_ms = static_cast<std::uint64_t>(timer.elapsed());

        qputenv("PLUMBLINE_CACHE", QByteArray::fromStdString((folder.path() / "cache").string()));
        Random random(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
        std::map<std::int64_t, double> seen;  // all values that any program left
        std::int64_t kept_before = 0;         // the last checkpoint, after the kill before
        bool ended = false;
        int before_training = 0;
        QStringList command{"run", QString::fromStdString(file.string())};
        for (int kills = 0; kills < most && !ended; ++kills) {
            // The first ones of PPO fall into what comes before its first checkpoint.
            const std::uint64_t longest = !ppo        ? whole_ms / 6 + 600
                                          : kills < 5 ? whole_ms / 3
                                                      : whole_ms;
            const std::uint64_t shortest = ppo ? 30 : 200;
            ended = run_and_kill(arguments_for(workspace, command),
                                 static_cast<int>(shortest + random.below(longest - shortest)));
            const auto now = losses(workspace);
            auto reader = StoreReader::open(workspace);
            const bool exists = reader && (*reader)->run(1);
            const auto checkpoints =
                exists ? (*reader)->checkpoints(1).value() : std::vector<CheckpointRecord>();
            const std::int64_t kept = checkpoints.empty() ? 0 : checkpoints.back().step;
            // Every step comes to the same value again, and those up to a checkpoint stay. A run
            // that goes on does the later ones anew: they are gone until then.
            for (const auto& [step, loss] : seen) {
                QVERIFY2(now.contains(step) || step > kept_before,
                         ("step " + std::to_string(step) + " was lost").c_str());
                if (now.contains(step)) QCOMPARE(now.at(step), loss);
            }
            seen.insert(now.begin(), now.end());
            kept_before = kept;
            if (exists) command = QStringList{"resume", "1"};
            if (exists && checkpoints.empty()) ++before_training;
        }
        for (int tries = 0; tries < 3 && !ended; ++tries)
            ended = run_and_kill(arguments_for(workspace, command), 240000);
        QVERIFY(ended);
        if (ppo) QVERIFY(before_training > 0);

        auto expected_reader = StoreReader::open(calm), reader = StoreReader::open(workspace);
        VERIFY_OK(expected_reader);
        VERIFY_OK(reader);
        const auto record = (*reader)->run(1);
        VERIFY_OK(record);
        QCOMPARE(static_cast<int>(record->state), static_cast<int>(RunState::finished));
        QVERIFY(lasting_metrics(**expected_reader, 1) == lasting_metrics(**reader, 1));
        std::vector<std::string> files{"model.safetensors", "trainer.safetensors", "trainer.json"};
        if (ppo) files.push_back("value/model.safetensors");
        QVERIFY(newest_checkpoint_bytes(**expected_reader, 1, calm, files) ==
                newest_checkpoint_bytes(**reader, 1, workspace, files));
    }
};

PLUMB_REGISTER_TEST(TestKill)
#include "kill_test.moc"
