// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-bench-labels: how long a person waits who labels in the window.
//
//   plumbline-bench-labels --workspace DIR [--items 100000] [--keys 1000]
//
// Makes a queue of so many pairs in the workspace (a new folder), opens the real window on it, and
// presses keys as a person does. Measured is the time from a key press to the next item painted on
// the screen, with the verdict on the disk in between. bench/labels.sh gives it a screen.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPushButton>
#include <QSettings>
#include <QTest>
#include <QTextBlock>
#include <QTextEdit>
#include <QTimer>

#include "base/random.h"
#include "window_program.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Options {
    std::string workspace;
    std::int64_t items = 100'000;
    int keys = 1000, words = 120;
};

std::string words(Random& random, int most) {
    static const char* all[] = {"the ",  "answer ", "is ",   "a ",       "longer ", "one, ",
                                "with ", "some\n",  "code ", "**and** ", "- more ", "words. "};
    std::string text;
    for (auto count = 1 + random.below(static_cast<std::uint64_t>(most)); count-- > 0;)
        text += all[random.below(std::size(all))];
    return text;
}

/// Every tenth pair is judged already.
void makeQueue(const Options& options) {
    auto store = Store::open(options.workspace, Access::read_write);
    if (!store.ok()) qFatal("%s", store.error().message.c_str());
    Random random(1);
    std::int64_t made = 0;
    const auto next = [&]() -> Result<std::optional<NewLabel>> {
        if (made == options.items) return std::optional<NewLabel>();
        NewLabel label;
        label.item.prompt = "prompt " + std::to_string(++made) + " " + words(random, 40);
        label.item.answer_a = words(random, options.words);
        label.item.answer_b = words(random, options.words);
        label.item.origin = "{}";
        if (made % 10 == 0) {
            label.verdict = Verdict{};
            label.verdict->annotator = "ada";
            label.verdict->choice = Choice::a;
        }
        return std::optional(std::move(label));
    };
    const auto done = (*store)->import_labels("pairs", "{}", next);
    if (!done.ok()) qFatal("%s", done.error().message.c_str());
}

/// Presses keys and waits for what they bring onto the screen.
class Typist : public QObject {
public:
    explicit Typist(MainWindow& window)
        : page_(window.findChild<QWidget*>("labelPage")),
          text_(window.findChild<QTextEdit*>("labelPrompt")) {
        text_->viewport()->installEventFilter(this);
    }

    /// Until an item is shown that is not the one before.
    void wait() {
        if (shown_ == before_) loop_.exec();
        before_ = shown_;
    }
    /// Milliseconds from the key to the next item on the screen.
    double press(Qt::Key key) {
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(page_, key);
        wait();
        return static_cast<double>(clock.nsecsElapsed()) / 1e6;
    }

    bool eventFilter(QObject* object, QEvent* event) override {
        if (event->type() == QEvent::Paint) {
            shown_ = text_->document()->firstBlock().text();
            // Once the painting that this announces is over.
            if (shown_ != before_) QTimer::singleShot(0, &loop_, &QEventLoop::quit);
        }
        return QObject::eventFilter(object, event);
    }

private:
    QWidget* page_;
    QTextEdit* text_;
    QString before_, shown_;
    QEventLoop loop_;
};

void measure(MainWindow& window, const Options& options) {
    QElapsedTimer clock;
    clock.start();
    window.findChild<QPushButton*>("tabLabel")->click();
    Typist typist(window);
    typist.wait();
    std::printf("| from the click on *Label* to the first item | %lld ms |\n",
                static_cast<long long>(clock.elapsed()));
    const Qt::Key keys[] = {Qt::Key_Left, Qt::Key_Right, Qt::Key_Down, Qt::Key_X, Qt::Key_S};
    for (const bool list : {false, true}) {
        if (list) QTest::keyClick(window.findChild<QWidget*>("labelPage"), Qt::Key_V);
        std::vector<double> times;
        for (int i = 0; i < options.keys; ++i)
            times.push_back(typist.press(keys[static_cast<std::size_t>(i) % std::size(keys)]));
        std::ranges::sort(times);
        const auto at = [&](double share) {
            return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
        };
        std::printf(
            "| key press to the next item, %d times%s | median %.1f ms, p95 %.1f ms, p99 %.1f ms, "
            "longest %.1f ms |\n",
            options.keys, list ? ", earlier verdicts shown" : "", at(0.5), at(0.95), at(0.99),
            at(1.0));
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App arguments("How long a person waits who labels in the window");
    arguments.add_option("--workspace", options.workspace, "A folder to be made")->required();
    arguments.add_option("--items", options.items, "Pairs in the queue")->capture_default_str();
    arguments.add_option("--keys", options.keys, "Verdicts to give, twice")->capture_default_str();
    arguments.add_option("--words", options.words, "Most words of an answer")
        ->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);
    makeQueue(options);
    WindowProgram program(argc, argv, "plumbline-bench-labels");
    QSettings().setValue("labels/annotator", "ada");
    program.run(options.workspace, [&](MainWindow& window) {
        // On a screen without a window manager no window becomes active by itself.
        QApplication::setActiveWindow(&window);
        std::printf("| %lld items | |\n|---|---|\n", static_cast<long long>(options.items));
        measure(window, options);
    });
    return 0;
}
