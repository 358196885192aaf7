// SPDX-License-Identifier: GPL-3.0-or-later
// Where label queues come from in the window, and in which order they show their items.
#include <algorithm>
#include <fstream>
#include <set>

#include <QComboBox>
#include <QLineEdit>
#include <QProgressBar>
#include <QSettings>
#include <QSpinBox>
#include <QTextEdit>

#include "core/session/small_run.h"
#include "session/label_files.h"
#include "widgets/label_queue_dialog.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

/// A workspace with a queue of so many pairs.
void makeQueue(const SessionOptions& options, int pairs, const LabelShares& shares = {}) {
    const auto file = options.workspace.parent_path() / "pairs.jsonl";
    std::ofstream out(file);
    for (int i = 1; i <= pairs; ++i)
        out << "{\"prompt\":\"prompt " << i << "\",\"completion_a\":\"first " << i
            << "\",\"completion_b\":\"second " << i << "\"}\n";
    out.close();
    auto store = Store::open(options.workspace, Access::read_write);
    if (!store) qFatal("%s", store.error().message.c_str());
    const auto done = import_label_file(**store, {.file = file, .queue = "pairs"});
    if (!done.ok() || !(*store)->set_label_shares(done->done.queue, shares).ok())
        qFatal("no queue");
}

/// A workspace with a short PPO run, "policy": checkpoints at steps 2 and 4, samples with rewards,
/// a reward model of its own.
void trainPolicy(const SessionOptions& options) {
    Settings settings = small_reviews_run("ppo");
    settings.max_steps = 4;
    auto session = Session::open(options);
    if (!session) qFatal("%s", session.error().message.c_str());
    if (!(*session)->start(settings, "policy").ok()) qFatal("the run did not start");
    (*session)->wait();
}

struct Labelling : Shown {
    explicit Labelling(const SessionOptions& options) : Shown(options) {
        window->activateWindow();
        if (!QTest::qWaitForWindowActive(window.get())) qFatal("the window is not active");
        button("tabLabel")->click();
    }
    /// How many of how many, without what else stands there.
    QString where() { return text("labelWhere").section(" \u00B7 ", 0, 0); }
    QString prompt() { return find<QTextEdit>("labelPrompt")->toPlainText(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(find<QWidget>("labelPage"), key, modifiers);
    }
    /// Gives a verdict and waits until it is counted.
    void judge(Qt::Key key) {
        const int before = find<QProgressBar>("labelProgress")->value();
        press(key);
        QTRY_COMPARE_WITH_TIMEOUT(find<QProgressBar>("labelProgress")->value(), before + 1,
                                  patience_ms);
    }
    std::unique_ptr<StoreReader> reader() {
        return StoreReader::open(window->bridge().workspace()).value();
    }
    LabelQueue queue(const std::string& name) {
        const auto found = reader()->find_label_queue(name);
        if (!found) qFatal("%s", found.error().message.c_str());
        return *found;
    }
    bool hasQueue(const std::string& name) { return reader()->find_label_queue(name).ok(); }
    /// Opens the dialog for a new queue, whose runs are read.
    void openNewQueue() {
        openDialog(Qt::Key_R);
        QTRY_VERIFY_WITH_TIMEOUT(find<QComboBox>("samplesRun")->count() > 0, patience_ms);
    }
    template <class Editor>
    void choose(const QString& name, const QString& text) {
        auto* box = find<Editor>(name);
        QTRY_VERIFY2_WITH_TIMEOUT(box->findText(text) >= 0, qPrintable(text), patience_ms);
        const int place = box->findText(text);
        box->setCurrentIndex(place);
        Q_EMIT box->activated(place);
    }
    LabelQueueDialog* dialog() { return window->findChild<LabelQueueDialog*>(); }
    /// Presses the key of a dialog and waits until it has the keyboard.
    void openDialog(Qt::Key key) {
        press(key, Qt::ControlModifier);
        QTRY_VERIFY(dialog());
        QVERIFY(QTest::qWaitForWindowActive(dialog()));
    }
    void waitForNoDialog() {
        QTRY_VERIFY_WITH_TIMEOUT(!dialog(), patience_ms);
        window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
    }
};

}  // namespace

class TestLabelQueues : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void items_are_shown_again_without_telling() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3, {1, 1});
        Labelling page(optionsBelow(folder.path()));
        QTRY_COMPARE_WITH_TIMEOUT(page.prompt(), QString("prompt 1"), patience_ms);
        QTRY_COMPARE(page.where(), QString("1 of 6"));
        for (int item = 1; item <= 3; ++item) page.judge(Qt::Key_Left);
        // Nothing else is left: they come again, in the order in which they were judged.
        for (int item = 1; item <= 3; ++item) {
            QTRY_COMPARE_WITH_TIMEOUT(page.prompt(), QString("prompt %1").arg(item), patience_ms);
            QCOMPARE(page.where(), QString("%1 of 6").arg(3 + item));
            if (item == 2) {
                page.judge(Qt::Key_Down);
                // Taken back, the same item is shown as its repeat again.
                page.press(Qt::Key_Z, Qt::ControlModifier);
                QTRY_COMPARE_WITH_TIMEOUT(page.find<QProgressBar>("labelProgress")->value(), 4,
                                          patience_ms);
                QCOMPARE(page.prompt(), QString("prompt 2"));
            }
            page.judge(Qt::Key_Down);
        }
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelEmpty").contains("judged"), patience_ms);
        const auto verdicts = page.reader()->standing_verdicts(page.queue("pairs").id).value();
        QCOMPARE(verdicts.size(), std::size_t{6});
        for (std::size_t i = 0; i < verdicts.size(); ++i) {
            QCOMPARE(verdicts[i].round, static_cast<std::int64_t>(i % 2));
            QCOMPARE(verdicts[i].choice == Choice::tie, i % 2 == 1);
            QVERIFY(verdicts[i].a_left.has_value());
        }
    }

    void a_repeat_comes_between_new_items_after_twenty_others() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 40, {1, 1});
        Labelling page(optionsBelow(folder.path()));
        QTRY_COMPARE_WITH_TIMEOUT(page.prompt(), QString("prompt 1"), patience_ms);
        QStringList shown;
        for (int i = 0; i < 30; ++i) {
            shown << page.prompt();
            page.judge(Qt::Key_Left);
        }
        // The first 21 are new; the first of them comes again once it has 20 behind it.
        QCOMPARE(QStringList(shown.mid(0, 21)).removeDuplicates(), 0);
        const qsizetype again = shown.lastIndexOf("prompt 1");
        QVERIFY2(again == 21 || again == 22, qPrintable(QString::number(again)));
        bool twoInARow = false;
        std::set<QString> seen;
        bool before = false;
        for (const QString& prompt : shown) {
            const bool isRepeat = !seen.insert(prompt).second;
            twoInARow = twoInARow || (isRepeat && before);
            before = isRepeat;
        }
        QVERIFY(!twoInARow);
    }

    void the_sides_of_a_repeat_are_drawn_anew() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 24, {1, 1});
        Labelling page(optionsBelow(folder.path()));
        QTRY_COMPARE_WITH_TIMEOUT(page.prompt(), QString("prompt 1"), patience_ms);
        for (int i = 0; i < 48; ++i) {
            QTRY_VERIFY_WITH_TIMEOUT(page.button("labelTie")->isEnabled(), patience_ms);
            page.judge(Qt::Key_Down);
        }
        const auto verdicts = page.reader()->standing_verdicts(page.queue("pairs").id).value();
        QCOMPARE(verdicts.size(), std::size_t{48});
        int same = 0;
        for (std::size_t i = 0; i < verdicts.size(); i += 2)
            same += verdicts[i].a_left == verdicts[i + 1].a_left ? 1 : 0;
        QVERIFY2(same > 3 && same < 21, qPrintable(QString::number(same)));
    }

    void the_order_of_a_queue_is_changed_in_its_dialog() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 30);
        Labelling page(optionsBelow(folder.path()));
        QTRY_COMPARE_WITH_TIMEOUT(page.prompt(), QString("prompt 1"), patience_ms);
        page.openDialog(Qt::Key_O);
        page.choose<QComboBox>("orderKind", "Random");
        page.find<QSpinBox>("orderSeed")->setValue(4);
        page.find<QSpinBox>("orderRepeated")->setValue(10);
        page.find<QSpinBox>("orderDoubled")->setValue(50);
        page.button("labelOrderApply")->click();
        page.waitForNoDialog();
        const LabelQueue queue = page.queue("pairs");
        QCOMPARE(queue.order.kind, LabelOrder::random);
        QCOMPARE(queue.order.seed, 4);
        QCOMPARE(queue.shares.repeated, 0.1);
        QCOMPARE(queue.shares.doubled, 0.5);
        const auto first = page.reader()->items_to_judge(queue.id, "ada", 0, 1)->front();
        QTRY_COMPARE_WITH_TIMEOUT(page.prompt(), QString::fromStdString(first.prompt), patience_ms);
        QVERIFY(first.prompt != "prompt 1");
        // By rewards that nobody knows: told, and the dialog stays.
        page.openDialog(Qt::Key_O);
        QCOMPARE(page.find<QSpinBox>("orderRepeated")->value(), 10);
        page.choose<QComboBox>("orderKind", "Most uncertain first");
        page.button("labelOrderApply")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelOrderDialogProblem").contains("reward model"),
                                 patience_ms);
        page.button("labelOrderDialogCancel")->click();
        page.waitForNoDialog();
        QCOMPARE(page.queue("pairs").order.kind, LabelOrder::random);
    }

    void queues_are_made_of_samples_and_of_models() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        trainPolicy(options);
        Labelling page(options);
        page.openNewQueue();
        page.find<QSpinBox>("samplesMost")->setValue(5);
        page.find<QSpinBox>("samplesFirst")->setValue(2);
        page.choose<QComboBox>("orderKind", "Most uncertain first");
        // The run has a reward model of its own, which can be named for the order.
        page.choose<QComboBox>("orderModel", "Run 1, policy, step 4");
        page.find<QLineEdit>("newQueueName")->setText("samples");
        QTRY_VERIFY_WITH_TIMEOUT(page.button("newQueueMake")->isEnabled(), patience_ms);
        page.button("newQueueMake")->click();
        page.waitForNoDialog();
        // Fewer than 5 where two of the pairs have equal texts.
        const LabelQueue samples = page.queue("samples");
        QVERIFY(samples.items > 1 && samples.items <= 5);
        QCOMPARE(page.message(), QString("%1 items.").arg(samples.items));
        QCOMPARE(samples.order.kind, LabelOrder::uncertain);
        COMPARE_TEXT(samples.order.source, "policy/1@4");
        QVERIFY(samples.source.find("\"first_step\":2") != std::string::npos);

        page.openNewQueue();
        page.choose<QComboBox>("newQueueKind", "Two models on the same prompts");
        QTRY_COMPARE_WITH_TIMEOUT(page.find<QLineEdit>("newQueueName")->placeholderText(),
                                  QString("policy and policy"), patience_ms);
        page.find<QSpinBox>("comparePrompts")->setValue(6);
        page.find<QLineEdit>("newQueueName")->setText("draws");
        page.button("newQueueMake")->click();
        page.waitForNoDialog();
        QTRY_VERIFY(page.message().contains("items."));
        const LabelQueue draws = page.queue("draws");
        QVERIFY(draws.items > 0);
        QTRY_COMPARE_WITH_TIMEOUT(page.find<QComboBox>("labelQueue")->currentText(),
                                  QString("draws"), patience_ms);
        QTRY_VERIFY(!page.prompt().isEmpty());
    }

    void a_generation_is_stopped_and_leaves_nothing() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        trainPolicy(options);
        Labelling page(options);
        page.openNewQueue();
        page.choose<QComboBox>("newQueueKind", "Two models on the same prompts");
        page.find<QLineEdit>("newQueueName")->setText("stopped");
        page.find<QSpinBox>("comparePrompts")->setValue(200000);
        QTRY_VERIFY_WITH_TIMEOUT(page.button("newQueueMake")->isEnabled(), patience_ms);
        page.button("newQueueMake")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.find<QProgressBar>("newQueueProgress")->value() > 0,
                                 patience_ms);
        QVERIFY(page.button("newQueueCancel")->text().startsWith("Stop"));
        page.button("newQueueCancel")->click();
        page.waitForNoDialog();
        QVERIFY(!page.hasQueue("stopped"));
        QCOMPARE(page.message(), QString());
    }

    void what_is_missing_is_told_before() {
        const TemporaryFolder folder;
        Labelling page(optionsBelow(folder.path()));
        page.openDialog(Qt::Key_R);
        QTRY_VERIFY(page.text("newQueueProblem").contains("No run has sampled"));
        QVERIFY(!page.button("newQueueMake")->isEnabled());
        page.choose<QComboBox>("newQueueKind", "Two models on the same prompts");
        QCOMPARE(page.text("newQueueProblem"), QString("Choose two models."));
        page.button("newQueueCancel")->click();
        page.waitForNoDialog();
    }
};

PLUMB_REGISTER_TEST(TestLabelQueues)
#include "label_queues_test.moc"
