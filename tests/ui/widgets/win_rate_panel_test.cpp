// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/win_rate_panel.h"

#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTextEdit>
#include <QToolButton>

#include "models/win_matrix_model.h"
#include "session/answer_queue.h"
#include "widgets/compared_workspace.h"
#include "widgets/duel_view.h"
#include "widgets/judge_dialog.h"
#include "widgets/strength_plot.h"
#include "widgets/win_matrix.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Shown {
    ComparedWorkspace workspace;
    WinRatePanel panel{workspace.bridge};
    QSignalSpy computed{&panel, &WinRatePanel::computed};

    explicit Shown(bool judged = true, std::size_t prompts = 3, bool queue = false)
        : workspace([=](Store& store, ComparedWorkspace& made) {
              if (!judged) return;
              const AnswerSetId set = made.addSet(store, prompts);
              if (!queue) return;
              auto reader = *StoreReader::open(store.folder());
              if (!queue_answers(store, *reader, {.set = set, .name = "by hand"}).ok())
                  qFatal("no queue");
          }) {
        panel.resize(320, 260);
        panel.show();
        panel.setComparison(workspace.comparison());
        if (judged) wait();
    }
    void wait() {
        if (computed.isEmpty() && !computed.wait(ComparedWorkspace::patience_ms))
            qFatal("no win rates");
        computed.clear();
    }
    template <class Widget>
    Widget* find(const QString& name) {
        return findIn<Widget>(panel, name);
    }
    QString cell(int row, int column) {
        return find<WinMatrix>("winMatrix")->model()->index(row, column).data().toString();
    }
    void choose(const QString& box, int index) {
        auto* combo = find<QComboBox>(box);
        combo->setCurrentIndex(index);
        Q_EMIT combo->activated(index);
    }
    DuelView* openCell(int row, int column) {
        auto* matrix = find<WinMatrix>("winMatrix");
        matrix->setCurrentIndex(matrix->model()->index(row, column));
        QTest::keyClick(matrix, Qt::Key_Return);
        return find<DuelView>("duelView");
    }
    QAction* action(const QString& name) {
        auto* menu = find<QPushButton>("judgeMenuButton")->menu();
        Q_EMIT menu->aboutToShow();
        for (QAction* entry : menu->actions())
            if (entry->objectName() == name) return entry;
        return nullptr;
    }
};

}  // namespace

class TestWinRatePanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shares_are_told_in_percent() {
        QCOMPARE(percentText({0.64, Interval{0.586, 0.692}, 100}), "64 \u00B1 5");
        QCOMPARE(percentText({0.97, Interval{0.91, 0.99}, 100}), "97 [91, 99]");
        QCOMPARE(percentText({0.5, std::nullopt, 1}), "50");
        QCOMPARE(percentText({}), "");
    }

    void without_judged_answers_it_offers_to_judge() {
        Shown shown(false);
        auto* empty = shown.find<QLabel>("winRateEmpty");
        QTRY_VERIFY(empty->text().contains("judged yet"));
        shown.find<QPushButton>("judgeAnswers")->click();
        auto* dialog = shown.find<JudgeDialog>("judgeDialog");
        QVERIFY(dialog->isVisible());
        dialog->reject();
        shown.panel.setComparison(nullptr);
        QVERIFY(shown.find<QPushButton>("judgeAnswers")->isHidden());
    }

    void the_matrix_has_the_judges_word_by_the_chosen_tie_rule() {
        Shown shown;
        QCOMPARE(shown.find<QComboBox>("winRateJudge")->currentText(), "by gold");
        // Won one, lost one, tied one.
        QVERIFY2(shown.cell(0, 1).startsWith("50"), qPrintable(shown.cell(0, 1)));
        QCOMPARE(shown.cell(0, 0), "\u2013");
        QVERIFY(shown.find<QLabel>("winRateMatrixNote")->text().contains("3 prompts"));
        QVERIFY(shown.find<QLabel>("winRateMatrixNote")->text().contains("Holm"));
        shown.choose("winRateTies", 2);
        shown.wait();
        QVERIFY2(shown.cell(0, 1).startsWith("33"), qPrintable(shown.cell(0, 1)));
        QVERIFY2(shown.cell(1, 0).startsWith("33"), qPrintable(shown.cell(1, 0)));
        QCOMPARE(shown.find<StrengthPlot>("strengthPlot")->lines().size(), 2);
        QCOMPARE(shown.panel.tables().size(), std::size_t{2});
        // Another judge: everything is a tie.
        shown.choose("winRateJudge", 1);
        shown.wait();
        QVERIFY2(shown.cell(0, 1).startsWith("0"), qPrintable(shown.cell(0, 1)));
    }

    void what_was_chosen_stays_while_runs_go_on() {
        Shown shown;
        shown.choose("winRateJudge", 1);
        shown.wait();
        shown.panel.setComparison(shown.workspace.comparison());
        shown.panel.refresh();
        shown.wait();
        QCOMPARE(shown.find<QComboBox>("winRateJudge")->currentText(), "by length_target");
    }

    void a_cell_leads_to_the_answers_that_decided_it() {
        Shown shown;
        DuelView* duels = shown.openCell(0, 1);
        QVERIFY(duels->isVisible());
        QCOMPARE(findIn<QLabel>(*duels, "duelTitle")->text(),
                 "ppo-0@20 over dpo-0@20, judged by gold");
        QCOMPARE(findIn<QLabel>(*duels, "duelPlace")->text(), "1 of 3");
        QCOMPARE(findIn<QTextEdit>(*duels, "duelPrompt")->toPlainText(), "ask 0");
        QCOMPARE(findIn<QTextEdit>(*duels, "duelLeft")->toPlainText(), "the first says 0");
        QCOMPARE(findIn<QTextEdit>(*duels, "duelRight")->toPlainText(), "the second says 0");
        QVERIFY(findIn<QLabel>(*duels, "duelLeftChosen")->isVisible());
        QVERIFY(!findIn<QLabel>(*duels, "duelRightChosen")->isVisible());
        QVERIFY(findIn<QLabel>(*duels, "duelRightNotice")->text().contains("lost"));
        QVERIFY(findIn<QLabel>(*duels, "duelLeftNotice")->text().contains("gold 2.000"));
        duels->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(duels));
        QTest::keyClick(duels, Qt::Key_Right);
        QCOMPARE(duels->prompt(), std::optional<std::size_t>(1));
        QVERIFY(findIn<QLabel>(*duels, "duelRightChosen")->isVisible());
        QTest::keyClick(duels, Qt::Key_Left);
        QCOMPARE(duels->prompt(), std::optional<std::size_t>(0));
        // Won, lost, tied, and all again.
        QTest::keyClick(duels, Qt::Key_F);
        QTest::keyClick(duels, Qt::Key_F);
        QCOMPARE(findIn<QComboBox>(*duels, "duelFilter")->currentText(), "lost (1)");
        QCOMPARE(duels->prompt(), std::optional<std::size_t>(1));
        QTest::keyClick(duels, Qt::Key_D);
        QTRY_COMPARE(findIn<QTextEdit>(*duels, "duelLeft")->extraSelections().size(), 1);
        QTRY_COMPARE(findIn<QTextEdit>(*duels, "duelRight")->extraSelections().size(), 1);
    }

    void an_outcome_that_never_was_says_so() {
        Shown shown(true, 1);
        DuelView* duels = shown.openCell(0, 1);
        duels->setFilter(DuelOutcome::loss);
        QVERIFY(!duels->prompt());
        QVERIFY(findIn<QLabel>(*duels, "duelNote")->text().contains("No prompt was lost"));
        duels->setFilter(DuelOutcome::win);
        QCOMPARE(duels->prompt(), std::optional<std::size_t>(0));
    }

    void the_diagonal_leads_nowhere() {
        Shown shown;
        auto* matrix = shown.find<WinMatrix>("winMatrix");
        QSignalSpy chosen(matrix, &WinMatrix::cellChosen);
        matrix->setCurrentIndex(matrix->model()->index(0, 0));
        QTest::keyClick(matrix, Qt::Key_Return);
        QCOMPARE(chosen.count(), 0);
    }

    void people_judge_a_blind_queue() {
        Shown shown;
        QSignalSpy wanted(&shown.panel, &WinRatePanel::labelQueueRequested);
        shown.action("judgeByPeople")->trigger();
        auto* dialog = shown.find<JudgeDialog>("judgeDialog");
        findIn<QPushButton>(*dialog, "judgeStart")->click();
        auto* label = shown.find<QPushButton>("winRateLabel");
        QTRY_VERIFY_WITH_TIMEOUT(label->isVisible(), ComparedWorkspace::patience_ms);
        QVERIFY(shown.find<QLabel>("winRateNote")->text().contains("3 items"));
        label->click();
        QCOMPARE(wanted.count(), 1);
        const auto queue = wanted[0][0].value<LabelQueueId>();
        auto reader = *StoreReader::open(shown.workspace.bridge.workspace());
        QCOMPARE(reader->label_queue(queue)->items, std::int64_t{3});
    }

    void a_queue_that_is_there_is_offered_and_judges() {
        Shown shown(true, 3, true);
        QVERIFY(shown.action("labelQueue:1"));
        auto* judges = shown.find<QComboBox>("winRateJudge");
        shown.choose("winRateJudge", judges->findText("by people"));
        shown.wait();
        QVERIFY2(shown.find<QLabel>("winRateNote")->text().contains("0 of 3 pairs"),
                 qPrintable(shown.find<QLabel>("winRateNote")->text()));
        QCOMPARE(shown.cell(0, 1), "none");
    }
};

PLUMB_REGISTER_TEST(TestWinRatePanel)
#include "win_rate_panel_test.moc"
