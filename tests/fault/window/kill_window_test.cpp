// SPDX-License-Identifier: GPL-3.0-or-later
// Kills the window program 20 times while it trains: its next start offers the run that was cut
// off.
#include <csignal>

#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>

#include "base/random.h"
#include "config/yaml.h"
#include "core/session/small_run.h"
#include "widgets/message_bar.h"
#include "window/main_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

std::int64_t stepOf(const std::filesystem::path& workspace, RunId run) {
    auto reader = StoreReader::open(workspace);
    if (!reader) return -1;
    const auto record = (*reader)->run(run);
    return record ? record->step : -1;
}

}  // namespace

class TestKillWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_run_that_was_cut_off_is_offered() {
        const TemporaryFolder folder;
        SessionOptions options;
        options.workspace = folder.path() / "workspace";
        options.cache = folder.path() / "cache";
        Settings settings = small_grpo();
        settings.max_steps = 100000;
        settings.eval_steps = 0;
        settings.save_steps = 2;
        const auto file = folder.path() / "run.yaml";
        const Status written = write_file_atomic(file, write_settings(settings));
        VERIFY_OK(written);

        Random random(7);
        for (RunId run = 1; run <= 20; ++run) {
            QProcess program;
            program.setStandardErrorFile(QProcess::nullDevice());
            program.start(PLUMBLINE_WINDOW,
                          {"--workspace", QString::fromStdString(options.workspace.string()),
                           "--cache", QString::fromStdString(options.cache.string()), "--start",
                           QString::fromStdString(file.string())});
            QVERIFY(program.waitForStarted());
            QTRY_VERIFY_WITH_TIMEOUT(stepOf(options.workspace, run) >= 3, 60000);
            QTest::qWait(int(random.below(120)));
            ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
            QVERIFY(program.waitForFinished());

            QSettings().clear();
            MainWindow window(options);
            QSignalSpy ready(&window, &MainWindow::ready);
            window.show();
            QVERIFY(ready.wait(30000));
            const QString message = window.findChild<MessageBar*>("messageBar")->text();
            QVERIFY2(
                message.contains(QString("Run %1,").arg(run)) && message.contains("was cut off"),
                qPrintable(message));
            QVERIFY(window.findChild<QPushButton*>(QString("resume:%1").arg(run)));
            if (run != 20) continue;
            // The last one goes on behind its checkpoint.
            window.findChild<QPushButton*>("messageAction0")->click();
            const std::int64_t before = stepOf(options.workspace, run);
            QTRY_VERIFY_WITH_TIMEOUT(stepOf(options.workspace, run) > before, 60000);
            window.bridge().abort();
            QTRY_VERIFY_WITH_TIMEOUT(!window.bridge().activeRun(), 60000);
        }
    }
};

PLUMB_REGISTER_TEST(TestKillWindow)
#include "kill_window_test.moc"
