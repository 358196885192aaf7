// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>

#include "bridge/session_bridge.h"
#include "core/session/small_run.h"
#include "pages/playground_page.h"
#include "widgets/generated_text.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

constexpr int patience_ms = 30000;

/// The page on a workspace with one short supervised run.
struct Shown {
    TemporaryFolder folder;
    SessionBridge bridge;
    PlaygroundPage page{bridge};

    Shown() {
        SessionOptions options;
        options.workspace = folder.path() / "workspace";
        options.cache = folder.path() / "cache";
        train(options);
        QSignalSpy opened(&bridge, &SessionBridge::opened);
        bridge.open(options);
        if (!opened.wait(patience_ms)) qFatal("the workspace did not open");
        page.resize(1060, 600);
        page.show();
        page.setRuns({run});
    }
    ~Shown() {
        QSignalSpy closed(&bridge, &SessionBridge::closed);
        bridge.close();
        closed.wait(patience_ms);
    }
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = page.findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    QPushButton* ask() { return find<QPushButton>("playgroundAsk"); }
    QString state(const QString& pane = "playgroundLeft") {
        return find<QLabel>(pane + "State")->text();
    }
    QString text(const QString& pane = "playgroundLeft") {
        return find<GeneratedText>(pane + "Text")->toPlainText();
    }
    bool isDone(const QString& pane = "playgroundLeft") { return state(pane).contains(" s, "); }
    void write(const QString& prompt) {
        page.setPrompt(prompt);
        ask()->click();
        QTRY_VERIFY_WITH_TIMEOUT(isDone(), patience_ms);
    }

    RunRecord run = {};

private:
    void train(const SessionOptions& options) {
        Settings settings = small_grpo();
        settings.algorithm = "sft";
        settings.max_steps = 4;
        auto session = Session::open(options);
        if (!session) qFatal("%s", session.error().message.c_str());
        const auto id = (*session)->start(settings, "model");
        if (!id) qFatal("%s", id.error().message.c_str());
        (*session)->wait();
        auto reader = StoreReader::open(options.workspace);
        const auto record = (*reader)->find_run("model");
        if (!record || record->state != RunState::finished) qFatal("the run did not finish");
        run = *record;
    }
};

}  // namespace

class TestPlaygroundPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_answer_is_shaded_and_its_tokens_can_be_looked_at() {
        Shown shown;
        QVERIFY(!shown.ask()->isEnabled());
        shown.write("1+2=");
        auto* text = shown.find<GeneratedText>("playgroundLeftText");
        QVERIFY(text->toPlainText().startsWith("1+2="));
        QVERIFY(!text->tokens().empty());
        auto* table = shown.find<QTableWidget>("playgroundLeftAlternatives");
        // What could have come in place of the first token is there by itself.
        QTextCursor cursor = text->textCursor();
        QCOMPARE(cursor.position(), 4);
        QCOMPARE(table->rowCount(), 5);
        QVERIFY(table->item(0, 1)->text().toDouble() >= table->item(4, 1)->text().toDouble());
        cursor.setPosition(1);
        text->setTextCursor(cursor);
        QCOMPARE(table->rowCount(), 0);
    }

    void equal_seeds_give_equal_answers_and_seeds_move_on() {
        Shown shown;
        auto* seed = shown.find<QSpinBox>("playground:seed");
        shown.write("1+2=");
        const QString first = shown.text();
        QCOMPARE(seed->value(), 1);
        seed->setValue(0);
        shown.find<QCheckBox>("playgroundHoldSeed")->setChecked(true);
        shown.write("1+2=");
        QCOMPARE(shown.text(), first);
        QCOMPARE(seed->value(), 0);
    }

    void two_models_answer_side_by_side() {
        Shown shown;
        shown.find<QCheckBox>("playgroundSideBySide")->setChecked(true);
        auto* step = shown.find<QComboBox>("playgroundRightStep");
        QTRY_VERIFY_WITH_TIMEOUT(step->count() > 2, patience_ms);
        step->setCurrentIndex(step->findData("0"));
        shown.write("1+2=");
        QTRY_VERIFY_WITH_TIMEOUT(shown.isDone("playgroundRight"), patience_ms);
        QVERIFY(shown.text("playgroundRight").startsWith("1+2="));
    }

    void the_checkpoint_nearest_to_a_step_is_chosen() {
        Shown shown;
        shown.page.talkTo(shown.run.id, 1);
        auto* step = shown.find<QComboBox>("playgroundLeftStep");
        QTRY_VERIFY_WITH_TIMEOUT(!step->currentData().toString().isEmpty(), patience_ms);
        QVERIFY(step->currentData().toInt() <= 2);
        shown.page.talkTo(shown.run.id, std::nullopt);
        QCOMPARE(step->currentText(), "newest");
    }

    void a_stop_keeps_what_was_written() {
        Shown shown;
        shown.find<QSpinBox>("playground:maxTokens")->setValue(50);
        shown.page.setPrompt("1+2=");
        shown.ask()->click();
        QVERIFY(shown.find<QPushButton>("playgroundStop")->isEnabled());
        shown.find<QPushButton>("playgroundStop")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.isDone() || shown.state().startsWith("Stopped"),
                                 patience_ms);
        QVERIFY(!shown.find<QPushButton>("playgroundStop")->isEnabled());
        QVERIFY(shown.text().startsWith("1+2="));
    }

    void what_cannot_be_answered_is_said() {
        Shown shown;
        shown.page.talkTo(99, std::nullopt);
        shown.page.setPrompt("1+2=");
        shown.ask()->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.state().contains("99"), patience_ms);
        QVERIFY(shown.ask()->isEnabled());
    }
};

PLUMB_REGISTER_TEST(TestPlaygroundPage)
#include "playground_page_test.moc"
