// SPDX-License-Identifier: GPL-3.0-or-later
// Kills a program that labels in the window by key presses 50 times, at any instant: every verdict
// that was followed by the next item is there, and the workspace opens.
#include <cstdio>
#include <fstream>
#include <map>

#include <QApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTextEdit>

#include "base/random.h"
#include "session/label_files.h"
#include "test_child.h"
#include "test_main.h"
#include "window/main_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

constexpr int kills = 50;

/// Waits in the event loop; false after half a minute.
template <class Condition>
bool waitFor(Condition holds) {
    return QTest::qWaitFor(holds, 30'000);
}

/// arguments: the workspace, and a folder for settings. Tells each verdict once the next item is
/// shown: "PLACE CHOICE".
int label(const std::vector<std::string>& arguments) {
    int count = 1;
    char name[] = "label";
    char* values[] = {name, nullptr};
    QApplication application(count, values);
    QApplication::setOrganizationName("plumbline-test");
    QApplication::setApplicationName("plumbline-test");
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                       QString::fromStdString(arguments.at(1)));
    QSettings().setValue("labels/annotator", "ada");
    SessionOptions options;
    options.workspace = arguments.at(0);
    options.cache = std::filesystem::path(arguments.at(1)) / "cache";
    MainWindow window(options);
    QSignalSpy ready(&window, &MainWindow::ready);
    window.show();
    if (!ready.wait(30'000)) return 1;
    window.findChild<QPushButton*>("tabLabel")->click();
    auto* page = window.findChild<QWidget*>("labelPage");
    auto* prompt = window.findChild<QTextEdit*>("labelPrompt");
    const auto shown = [&] { return prompt->toPlainText(); };
    if (!waitFor([&] { return shown().startsWith("prompt "); })) return 1;
    Random random(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
    std::printf("ready\n");
    std::fflush(stdout);
    const std::pair<Qt::Key, const char*> keys[] = {
        {Qt::Key_Down, "tie"}, {Qt::Key_X, "both_bad"}, {Qt::Key_S, "skip"}};
    while (true) {
        const QString before = shown();
        const auto& [key, choice] = keys[random.below(3)];
        QTest::keyClick(page, key);
        if (!waitFor([&] { return shown() != before; })) return 1;
        std::printf("%s %s\n", qPrintable(before.mid(7)), choice);
        std::fflush(stdout);
    }
}
PLUMB_REGISTER_CHILD("label", label)

}  // namespace

class TestKillLabels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void no_verdict_that_was_followed_by_the_next_item_is_lost() {
        const TemporaryFolder folder;
        const auto workspace = folder.path() / "workspace", file = folder.path() / "pairs.jsonl";
        {
            std::ofstream out(file);
            for (int i = 1; i <= 50'000; ++i)
                out << "{\"prompt\":\"prompt " << i << "\",\"completion_a\":\"x\","
                    << "\"completion_b\":\"y\"}\n";
        }
        LabelQueueId queue = 0;
        {
            auto store = Store::open(workspace, Access::read_write).value();
            queue = import_label_file(*store, {.file = file, .queue = "pairs"}).value().done.queue;
        }
        Random random(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
        std::map<std::int64_t, std::string> told;
        for (int i = 0; i < kills; ++i) {
            ChildProcess program("label", {workspace.string(), folder.path().string()});
            QVERIFY2(program.read_line() == "ready", "the window shows no item");
            QTest::qWait(static_cast<int>(random.below(150)));
            program.kill();
            while (const auto line = program.read_line(std::chrono::milliseconds(0))) {
                const auto space = line->find(' ');
                told[std::stoll(line->substr(0, space))] = line->substr(space + 1);
            }
            auto reader = StoreReader::open(workspace);
            VERIFY_OK(reader);
            const auto verdicts = (*reader)->standing_verdicts(queue);
            VERIFY_OK(verdicts);
            std::map<std::int64_t, std::string> kept;
            const auto items = (*reader)->label_item_ids(queue).value();
            for (const Verdict& verdict : *verdicts) {
                const auto place = std::ranges::find(items, verdict.item) - items.begin() + 1;
                kept[place] = to_string(verdict.choice);
            }
            for (const auto& [place, choice] : told) COMPARE_TEXT(kept[place], choice);
            // At most the one whose next item was not shown yet, of each time.
            QVERIFY(kept.size() <= told.size() + static_cast<std::size_t>(i) + 1);
        }
        QVERIFY(told.size() > kills);
    }
};

PLUMB_REGISTER_TEST(TestKillLabels)
#include "kill_labels_test.moc"
