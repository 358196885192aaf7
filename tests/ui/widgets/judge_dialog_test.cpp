// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judge_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>

#include "made_comparison.h"
#include "widgets/compared_workspace.h"
#include "widgets/judge_models_form.h"
#include "widgets/judge_prompts_form.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

/// Two seeds of PPO and one of DPO with checkpoints 20 and 40; PPO's at 20 are the best.
std::shared_ptr<const Comparison> withCheckpoints() {
    std::vector<ComparedRun> runs = {made_run(1, "ppo", 0, 40), made_run(2, "ppo", 1, 40),
                                     made_run(3, "dpo", 0, 40)};
    for (ComparedRun& run : runs) {
        run.checkpoints.resize(2);
        run.checkpoints[0].step = 20;
        run.checkpoints[0].is_best = run.record.id != 3;
        run.checkpoints[1].step = 40;
    }
    return std::make_shared<const Comparison>(compare_runs(std::move(runs)));
}

QString problem(QWidget& form, const QString& editor) {
    auto* label = findIn<QLabel>(form, "problem:" + editor);
    return label->isHidden() ? QString() : label->text();
}

std::vector<std::string> modelsOf(const JudgeModelsForm& form) {
    JudgeModelsRequest request;
    form.apply(request);
    return request.models;
}

}  // namespace

class TestJudgeDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void models_are_checkpoints_of_the_compared_runs() {
        JudgeModelsForm form(withCheckpoints());
        QVERIFY(form.check());
        QCOMPARE(modelsOf(form), (std::vector<std::string>{"1", "3"}));
        findIn<QComboBox>(form, "judgeRuns")->setCurrentIndex(1);
        QCOMPARE(modelsOf(form), (std::vector<std::string>{"1", "2", "3"}));
        findIn<QListWidget>(form, "judgeModels")->item(2)->setCheckState(Qt::Unchecked);
        findIn<QComboBox>(form, "judgeCheckpoint")->setCurrentIndex(1);
        QVERIFY(form.check());
        QCOMPARE(modelsOf(form), (std::vector<std::string>{"1@best", "2@best"}));
        findIn<QListWidget>(form, "judgeModels")->item(1)->setCheckState(Qt::Unchecked);
        QVERIFY(!form.check());
        QVERIFY(problem(form, "judgeModels").contains("two"));
    }

    void checkpoints_that_are_not_there_are_told() {
        JudgeModelsForm form(withCheckpoints());
        findIn<QComboBox>(form, "judgeCheckpoint")->setCurrentIndex(1);
        QVERIFY(!form.check());
        QVERIFY(problem(form, "judgeCheckpointPlace").contains("dpo-3 has no best"));
        findIn<QComboBox>(form, "judgeCheckpoint")->setCurrentIndex(2);
        findIn<QSpinBox>(form, "judgeStep")->setValue(30);
        QVERIFY(!form.check());
        QCOMPARE(problem(form, "judgeCheckpointPlace"),
                 "ppo-1 has no checkpoint of step 30; it has 20, 40.");
        findIn<QSpinBox>(form, "judgeStep")->setValue(20);
        QVERIFY(form.check());
        QCOMPARE(problem(form, "judgeCheckpointPlace"), "");
        QCOMPARE(modelsOf(form), (std::vector<std::string>{"1@20", "3@20"}));
        JudgeModelsForm without(made_comparison());
        QVERIFY(!without.check());
        QVERIFY(problem(without, "judgeCheckpointPlace").contains("no checkpoint yet"));
    }

    void different_tasks_have_no_held_out_prompts_in_common() {
        std::vector<ComparedRun> runs = {made_run(1, "ppo", 0, 40), made_run(2, "dpo", 0, 40)};
        runs[0].settings.task = "arithmetic";
        runs[1].settings.task = "reviews";
        JudgePromptsForm form;
        QVERIFY(!form.check({&runs[0], &runs[1]}));
        QVERIFY(problem(form, "judgeFrom").contains("arithmetic (ppo-1), reviews (dpo-2)"));
        QVERIFY(form.check({&runs[0]}));
        findIn<QComboBox>(form, "judgeFrom")->setCurrentIndex(1);
        form.setPinned(0);
        QVERIFY(!form.check({&runs[0]}));
        QVERIFY(problem(form, "judgeFrom").contains("pinned"));
        form.setPinned(2);
        QVERIFY(form.check({&runs[0], &runs[1]}));
        findIn<QComboBox>(form, "judgeFrom")->setCurrentIndex(2);
        QVERIFY(!form.check({&runs[0], &runs[1]}));
        QVERIFY(problem(form, "judgeFileRow").contains("file"));
        findIn<QLineEdit>(form, "judgeFile")->setText("prompts.txt");
        QVERIFY(form.check({&runs[0], &runs[1]}));
        JudgeModelsRequest request;
        form.apply(request);
        COMPARE_TEXT(request.file, "prompts.txt");
        QCOMPARE(request.from, JudgePrompts::file);
    }

    void a_judge_is_needed() {
        ComparedWorkspace workspace;
        QPointer dialog = new JudgeDialog(workspace.bridge, withCheckpoints(), nullptr);
        auto* start = findIn<QPushButton>(*dialog, "judgeStart");
        QVERIFY(start->isEnabled());
        findIn<QCheckBox>(*dialog, "judgeGold")->setChecked(false);
        QVERIFY(!start->isEnabled());
        QVERIFY(problem(*dialog, "judgePeopleRow").contains("one judge"));
        findIn<QComboBox>(*dialog, "judgeRule")->setCurrentIndex(1);
        QVERIFY(start->isEnabled());
        delete dialog;
    }

    void what_the_worker_says_is_shown() {
        ComparedWorkspace workspace;
        // Runs of these numbers are there, their checkpoints are not.
        QPointer dialog = new JudgeDialog(workspace.bridge, withCheckpoints(), nullptr);
        dialog->show();
        findIn<QPushButton>(*dialog, "judgeStart")->click();
        QVERIFY(!findIn<QPushButton>(*dialog, "judgeStart")->isEnabled());
        auto* said = findIn<QLabel>(*dialog, "judgeProblem");
        QTRY_VERIFY_WITH_TIMEOUT(said->isVisible() && said->text().contains("checkpoint"),
                                 ComparedWorkspace::patience_ms);
        QVERIFY(findIn<QPushButton>(*dialog, "judgeStart")->isEnabled());
        dialog->reject();
        QTRY_VERIFY(dialog.isNull());
    }

    void a_set_gets_further_judges() {
        AnswerSetId id = 0;
        ComparedWorkspace workspace(
            [&id](Store& store, ComparedWorkspace& made) { id = made.addSet(store); });
        auto reader = *StoreReader::open(workspace.bridge.workspace());
        QPointer dialog = new JudgeDialog(workspace.bridge, *reader->answer_set(id), nullptr);
        dialog->show();
        QSignalSpy judged(dialog.data(), &JudgeDialog::judged);
        QVERIFY(!findIn<QCheckBox>(*dialog, "judgeGold")->isEnabled());
        auto* rules = findIn<QComboBox>(*dialog, "judgeRule");
        QCOMPARE(rules->findText("length_target"), -1);
        rules->setCurrentIndex(rules->findText("repetition"));
        QVERIFY(rules->currentIndex() > 0);
        findIn<QPushButton>(*dialog, "judgeStart")->click();
        QTRY_COMPARE_WITH_TIMEOUT(judged.count(), 1, ComparedWorkspace::patience_ms);
        QCOMPARE(judged[0][0].value<AnswerSetId>(), id);
        const auto judges = reader->answer_set(id)->judges;
        QVERIFY(std::ranges::find(judges, "repetition") != judges.end());
        QTRY_VERIFY(dialog.isNull());
    }
};

PLUMB_REGISTER_TEST(TestJudgeDialog)
#include "judge_dialog_test.moc"
