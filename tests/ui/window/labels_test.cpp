// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QLineEdit>

#include "base/files.h"
#include "config/yaml.h"
#include "core/session/small_run.h"
#include "window/labelling.h"

using namespace plumb;
using namespace plumb::ui;

class TestLabelsInWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void one_key_is_one_verdict_and_the_next_item_is_there() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 60);
        Labelling page(optionsBelow(folder.path()));
        page.waitForPrompt("prompt 1");
        const bool firstLeft = page.shown("labelLeft") == "first 1";
        QCOMPARE(page.shown(firstLeft ? "labelRight" : "labelLeft"), QString("second 1"));
        page.press(Qt::Key_Left);
        page.waitForPrompt("prompt 2");
        QCOMPARE(page.verdicts().at(0).choice, firstLeft ? Choice::a : Choice::b);
        QCOMPARE(page.verdicts().at(0).a_left, std::optional(firstLeft));
        COMPARE_TEXT(page.verdicts().at(0).annotator, "ada");
        const bool secondLeft = page.shown("labelLeft") == "first 2";
        page.press(Qt::Key_B);
        page.waitForPrompt("prompt 3");
        QCOMPARE(page.verdicts().at(1).choice, secondLeft ? Choice::b : Choice::a);
        page.press(Qt::Key_Down);
        page.waitForPrompt("prompt 4");
        page.press(Qt::Key_X);
        page.waitForPrompt("prompt 5");
        page.press(Qt::Key_3);
        page.press(Qt::Key_S);
        page.waitForPrompt("prompt 6");
        const auto all = page.verdicts();
        QCOMPARE(all.at(2).choice, Choice::tie);
        QCOMPARE(all.at(3).choice, Choice::both_bad);
        QCOMPARE(all.at(4).choice, Choice::skip);
        QCOMPARE(all.at(4).strength, std::optional<std::int64_t>(3));
        // Over the end of the first page that was read.
        for (int item = 7; item <= 60; ++item) {
            page.press(Qt::Key_Left);
            page.waitForPrompt(QString("prompt %1").arg(item));
        }
        page.press(Qt::Key_Left);
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelEmpty").contains("judged"), patience_ms);
        QCOMPARE(page.verdicts().size(), std::size_t{60});
    }

    void keys_in_the_note_and_in_the_list_of_queues_are_no_verdicts() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3);
        Labelling page(optionsBelow(folder.path()));
        page.waitForPrompt("prompt 1");
        page.press(Qt::Key_E);
        auto* note = page.find<QLineEdit>("labelNote");
        QVERIFY(note->hasFocus());
        QTest::keyClicks(note, "axb");
        QTest::keyClick(note, Qt::Key_Down);
        auto* queue = page.find<QComboBox>("labelQueue");
        queue->setFocus();
        QTest::keyClick(queue, Qt::Key_Down);
        QTest::keyClick(queue, Qt::Key_Escape);
        QVERIFY(page.find<QWidget>("labelPage")->hasFocus());
        QVERIFY(page.verdicts().empty());
        page.press(Qt::Key_Down);
        page.waitForPrompt("prompt 2");
        COMPARE_TEXT(page.verdicts().at(0).note, "axb");
    }

    void verdicts_are_taken_back_one_after_another() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3);
        Labelling page(optionsBelow(folder.path()));
        page.waitForPrompt("prompt 1");
        page.press(Qt::Key_Left);
        page.waitForPrompt("prompt 2");
        page.press(Qt::Key_Right);
        page.waitForPrompt("prompt 3");
        page.press(Qt::Key_Z, Qt::ControlModifier);
        page.waitForPrompt("prompt 2");
        page.press(Qt::Key_Z, Qt::ControlModifier);
        page.waitForPrompt("prompt 1");
        QVERIFY(!page.button("labelUndo")->isEnabled());
        QVERIFY(page.verdicts().empty());
        page.press(Qt::Key_Down);
        page.waitForPrompt("prompt 2");
        QCOMPARE(page.verdicts().at(0).choice, Choice::tie);
    }

    void another_annotator_begins_anew_and_the_first_goes_on() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3);
        {
            Labelling page(optionsBelow(folder.path()));
            page.waitForPrompt("prompt 1");
            page.press(Qt::Key_Left);
            page.waitForPrompt("prompt 2");
            auto* name = page.find<QLineEdit>("labelAnnotator");
            name->setFocus();
            name->selectAll();
            QTest::keyClicks(name, "bob");
            QTest::keyClick(name, Qt::Key_Return);
            page.waitForPrompt("prompt 1");
            page.press(Qt::Key_Right);
            page.waitForPrompt("prompt 2");
        }
        QSettings().setValue("labels/annotator", "ada");
        Labelling again(optionsBelow(folder.path()));
        again.waitForPrompt("prompt 2");
        QCOMPARE(again.verdicts().size(), std::size_t{2});
    }

    void samples_of_the_shown_run_become_a_queue() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        {
            auto store = Store::open(options.workspace, Access::read_write).value();
            RunRecord record;
            record.name = "samples";
            record.algorithm = "grpo";
            record.settings = write_settings(small_grpo());
            const RunId run = store->create_run(record).value();
            std::vector<CompletionRecord> rows(2);
            for (std::int64_t row = 0; row < 2; ++row) {
                auto& sample = rows[static_cast<std::size_t>(row)];
                sample.row = row;
                sample.prompt = "1+2=";
                sample.completion = row == 0 ? "3" : "4";
                sample.reward = 1 - static_cast<double>(row);
            }
            store->add_completions(run, 1, rows);
            store->add_metrics(run, 1, {{"reward", 0.5}}, 1);
            QVERIFY(store->flush().ok());
            QVERIFY(store->set_run_state(run, RunState::finished, "").ok());
        }
        Labelling page(options);
        page.window->controller().showRun(1);
        QTRY_VERIFY(page.text("runTitle").contains("samples"));
        page.button("tabLabel")->click();
        page.button("labelSamples")->click();
        QTRY_VERIFY(page.button("newQueueMake")->isEnabled());
        page.button("newQueueMake")->click();
        page.waitForPrompt("1+2=");
    }
};

PLUMB_REGISTER_TEST(TestLabelsInWindow)
#include "labels_test.moc"
