// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/answers_panel.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTextEdit>
#include <QToolButton>

#include "widgets/answer_column.h"
#include "widgets/compared_workspace.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Shown {
    ComparedWorkspace workspace;
    AnswersPanel panel{workspace.bridge};
    QSignalSpy answered{&panel, &AnswersPanel::shown};

    explicit Shown(const std::function<void(Store&, ComparedWorkspace&)>& fill = {},
                   bool evaluated = true)
        : workspace(fill, evaluated) {
        panel.resize(1000, 420);
        panel.show();
        panel.setComparison(workspace.comparison());
        if (evaluated) wait();
    }
    void wait() {
        if (answered.isEmpty() && !answered.wait(ComparedWorkspace::patience_ms))
            qFatal("no answers");
        answered.clear();
    }
    template <class Widget>
    Widget* find(const QString& name) {
        return findIn<Widget>(panel, name);
    }
    QString text(int column) {
        return find<QTextEdit>(QString("answerText%1").arg(column))->toPlainText();
    }
    QString label(const QString& name) { return find<QLabel>(name)->text(); }
    void chooseStep(int column, int index) {
        auto* box = find<QComboBox>(QString("answerStep%1").arg(column));
        box->setCurrentIndex(index);
        Q_EMIT box->activated(index);
    }
    int columns() {
        int count = 0;
        // One that is on its way out has lost its name.
        while (panel.findChild<AnswerColumn*>(QString("answerColumn%1").arg(count))) ++count;
        return count;
    }
};

/// A run of another task, with prompts of its own.
void addOtherTask(Store& store, ComparedWorkspace& made) {
    made.addRun(store, "ppo", 7, true, "arithmetic", "1+");
}

}  // namespace

class TestAnswersPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_column_for_each_group_with_its_last_answer() {
        Shown shown;
        QCOMPARE(shown.columns(), 2);
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "ask 0");
        QCOMPARE(shown.text(0), "a good answer of ppo-0 at step 20");
        QCOMPARE(shown.text(1), "a good answer of dpo-0 at step 20");
        QCOMPARE(shown.label("answerFacts0"),
                 "gold 0.750 \u00B7 reward 1.500 \u00B7 KL 2.250 \u00B7 9 tokens \u00B7 ended");
        QCOMPARE(shown.label("answersPlace"), "1 of 3");
        QVERIFY(shown.find<QLabel>("answersProblem")->isHidden());
    }

    void every_run_can_have_a_column() {
        Shown shown;
        shown.find<QComboBox>("answersRuns")->setCurrentIndex(1);
        shown.wait();
        QCOMPARE(shown.columns(), 3);
        QVERIFY(shown.label("answerTitle1").contains("seed 1"));
        QCOMPARE(shown.text(1), "a good answer of ppo-1 at step 20");
    }

    void keys_and_search_lead_through_the_prompts() {
        Shown shown;
        shown.panel.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&shown.panel));
        auto* list = shown.find<QListView>("answersPrompts");
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Down, Qt::AltModifier);
        shown.wait();
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "ask 1");
        QVERIFY(shown.label("answerFacts0").endsWith("cut"));
        QTest::keyClick(list, Qt::Key_Up, Qt::AltModifier);
        shown.wait();
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "ask 0");
        QTest::keyClick(list, Qt::Key_Slash);
        auto* search = shown.find<QLineEdit>("answersSearch");
        QVERIFY(search->hasFocus());
        QTest::keyClicks(search, "K 2");
        shown.wait();
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "ask 2");
        QCOMPARE(shown.label("answersPlace"), "1 of 1");
        search->clear();
        QCOMPARE(shown.label("answersPlace"), "3 of 3");
    }

    void each_column_has_a_step_of_its_own() {
        Shown shown;
        shown.chooseStep(0, 0);
        QCOMPARE(shown.text(0), "a good answer of ppo-0 at step 10");
        QCOMPARE(shown.text(1), "a good answer of dpo-0 at step 20");
        // It stays at the next prompt.
        shown.panel.go(1);
        shown.wait();
        QCOMPARE(shown.text(0), "a good answer of ppo-0 at step 10");
        shown.find<QToolButton>("answersTogether")->setChecked(true);
        shown.chooseStep(0, 1);
        shown.chooseStep(1, 0);
        QCOMPARE(shown.text(0), "a good answer of ppo-0 at step 10");
        shown.panel.showStep(1, 19);
        QCOMPARE(shown.text(1), "a good answer of dpo-0 at step 20");
        QCOMPARE(shown.text(0), "a good answer of ppo-0 at step 10");
        shown.panel.showStepEverywhere(12);
        QCOMPARE(shown.text(1), "a good answer of dpo-0 at step 10");
    }

    void differences_are_marked_on_demand() {
        Shown shown;
        const auto marks = [&](int column) {
            return shown.find<QTextEdit>(QString("answerText%1").arg(column))
                ->extraSelections()
                .size();
        };
        QCOMPARE(marks(1), 0);
        shown.find<QToolButton>("answersDifferences")->click();
        QTRY_COMPARE(marks(1), 1);
        QTRY_COMPARE(marks(0), 1);
        shown.find<QToolButton>("answersDifferences")->click();
        QCOMPARE(marks(1), 0);
    }

    void pinned_prompts_come_first() {
        Shown shown([](Store& store, ComparedWorkspace& made) {
            if (!store.pin_prompt("a pinned one").ok()) qFatal("not pinned");
            store.add_completions(made.runs[0], 5,
                                  {ComparedWorkspace::answer("training", "a pinned one", 5, 0)});
        });
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "a pinned one");
        QCOMPARE(shown.find<QComboBox>("answerStep0")->currentText(), "step 5, training");
        QCOMPARE(shown.text(0), "a good answer of training at step 5");
        QVERIFY(shown.label("answerFacts1").contains("was not asked this prompt"));
        QVERIFY(shown.find<QListView>("answersPrompts")
                    ->model()
                    ->index(0, 0)
                    .data()
                    .toString()
                    .contains("1 of 2 runs"));
    }

    void without_stored_answers_it_says_why() {
        Shown shown({}, false);
        QTRY_VERIFY2(shown.label("answersProblem").contains("held-out"),
                     qPrintable(shown.label("answersProblem")));
        shown.panel.setComparison(nullptr);
        QVERIFY(shown.label("answersProblem").contains("Choose runs"));
        QCOMPARE(shown.columns(), 0);
    }

    void different_tasks_have_no_prompts_in_common() {
        Shown shown(addOtherTask);
        QCOMPARE(shown.columns(), 3);
        QVERIFY2(shown.label("answerFacts1").contains("its task is arithmetic") ||
                     shown.label("answerFacts2").contains("its task is arithmetic"),
                 qPrintable(shown.label("answerFacts2")));
    }

    void it_keeps_its_place_while_runs_go_on() {
        Shown shown;
        shown.panel.go(2);
        shown.wait();
        shown.panel.setComparison(shown.workspace.comparison());
        shown.wait();
        QCOMPARE(shown.find<QTextEdit>("answersPrompt")->toPlainText(), "ask 2");
        QCOMPARE(shown.label("answersPlace"), "3 of 3");
    }

    void a_narrow_panel_leaves_the_list_out() {
        Shown shown;
        shown.panel.resize(320, 260);
        QTRY_VERIFY(!shown.find<QListView>("answersPrompts")->isVisible());
        QVERIFY(shown.find<QTextEdit>("answerText0")->isVisible());
        shown.panel.go(1);
        shown.wait();
        QCOMPARE(shown.label("answersPlace"), "2 of 3");
        QCOMPARE(shown.panel.width(), 320);
    }
};

PLUMB_REGISTER_TEST(TestAnswersPanel)
#include "answers_panel_test.moc"
