// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QSignalSpy>

#include "models/completion_table_model.h"
#include "models/run_filter.h"
#include "models/run_list_model.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

RunRecord run(RunId id, const std::string& name, RunState state) {
    RunRecord record;
    record.id = id;
    record.name = name;
    record.algorithm = "grpo";
    record.state = state;
    record.step = 12;
    record.total_steps = 150;
    return record;
}

CompletionRecord completion(const std::string& text, std::optional<double> reward) {
    CompletionRecord record;
    record.prompt = "1+2=";
    record.completion = text;
    record.answer = "3";
    record.reward = reward;
    record.advantage = 0.5;
    record.length = 7;
    record.ended = true;
    return record;
}

}  // namespace

class TestRunListModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_newest_run_is_first() {
        RunListModel model;
        model.setRuns({run(1, "old", RunState::finished), run(2, "new", RunState::running)});
        QCOMPARE(model.index(0).data().toString(), "new");
        QCOMPARE(model.index(0).data(RunListModel::StateTextRole).toString(), "running, 12/150");
        QCOMPARE(model.index(1).data(RunListModel::IdRole).toLongLong(), 1);
    }

    void events_change_a_row_and_keep_the_selection() {
        RunListModel model;
        model.setRuns({run(1, "a", RunState::running)});
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        StepDone step;
        step.metrics = {{"loss", 1.0}};
        step.run = 1;
        step.step = 13;
        step.total_steps = 200;
        model.apply(step);
        QCOMPARE(model.index(0).data(RunListModel::StateTextRole).toString(), "running, 13/200");
        model.apply(RunPaused{1, 13, ""});
        QCOMPARE(model.index(0).data(RunListModel::StateTextRole).toString(), "paused, 13/200");
        model.apply(RunEnded{1, RunState::failed, 13, "no more room", ErrorCode::failed});
        QCOMPARE(model.index(0).data(RunListModel::StateTextRole).toString(), "failed at 13/200");
        QVERIFY(model.index(0).data(Qt::ToolTipRole).toString().contains("no more room"));
        model.apply(RunPaused{9, 13, ""});
        model.setRuns({run(1, "renamed", RunState::failed)});
        QCOMPARE(model.index(0).data().toString(), "renamed");
        QCOMPARE(resets.count(), 0);
        QCOMPARE(changes.count(), 4);
    }

    void deleted_runs_stand_behind_the_others() {
        RunListModel model;
        RunRecord deleted = run(3, "deleted", RunState::finished);
        deleted.deleted_ms = 1000;
        model.setRuns({run(1, "a", RunState::finished), deleted, run(4, "b", RunState::running)});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.runs().size(), std::size_t{2});
        QCOMPARE(model.index(2).data().toString(), "deleted");
        QVERIFY(model.index(2).data(RunListModel::DeletedRole).toBool());
        QVERIFY(model.index(2).data(RunListModel::StateTextRole).toString().contains("restored"));
        QVERIFY(model.run(3).has_value());
        QCOMPARE(model.indexOf(1).row(), 1);
    }

    void a_run_that_goes_on_has_progress_and_a_note_its_first_line() {
        RunListModel model;
        RunRecord noted = run(2, "b", RunState::finished);
        noted.note = "lower beta\nnext time";
        noted.archived = true;
        model.setRuns({run(1, "a", RunState::running), noted});
        QCOMPARE(model.index(1).data(RunListModel::ProgressRole).toDouble(), 12 / 150.0);
        QVERIFY(model.index(0).data(RunListModel::ProgressRole).toDouble() < 0);
        QCOMPARE(model.index(0).data(RunListModel::NoteRole).toString(), "lower beta");
        QVERIFY(model.index(0).data(Qt::ToolTipRole).toString().contains("next time"));
        RunFilter filter;
        filter.setSourceModel(&model);
        QCOMPARE(filter.rowCount(), 1);
        filter.showArchived(true);
        filter.setText("LOWER");
        QCOMPARE(filter.rowCount(), 1);
        QCOMPARE(filter.index(0, 0).data().toString(), "b");
    }
};

class TestCompletionTableModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void text_stays_on_one_line() {
        CompletionTableModel model;
        model.setRows({completion("two\nlines\tand a tab", 1.0)});
        QCOMPARE(model.index(0, CompletionTableModel::CompletionColumn).data().toString(),
                 QString("two\u21B5lines\u2192and a tab"));
        QVERIFY(model.index(0, CompletionTableModel::CompletionColumn)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains('\n'));
    }

    void parts_of_the_reward_are_columns_where_there_are_several() {
        CompletionTableModel model;
        CompletionRecord row = completion("x", 1.5);
        row.reward_parts = {{"ended", 1.0}, {"keywords", std::nullopt}};
        model.setRows({row});
        QCOMPARE(model.headerData(4, Qt::Horizontal, Qt::DisplayRole).toString(), "ended");
        QCOMPARE(model.headerData(5, Qt::Horizontal, Qt::DisplayRole).toString(), "keywords");
        QCOMPARE(model.index(0, 4).data().toString(), "1.000");
        QCOMPARE(model.index(0, 5).data().toString(), "none");
        QCOMPARE(model.index(0, model.endColumn()).data().toString(), "ended");
        row.reward_parts.erase("ended");
        model.setRows({row});
        QCOMPARE(model.columnCount(), 7);
    }

    void gold_stands_beside_the_reward_without_its_repetition() {
        CompletionTableModel model;
        CompletionRecord row = completion("x", 1.5);
        row.reward_parts = {{"gold", -1.0}, {"reward_model", 1.5}};
        model.setRows({row});
        QCOMPARE(model.headerData(4, Qt::Horizontal, Qt::DisplayRole).toString(), "gold");
        QCOMPARE(model.index(0, 4).data().toString(), "-1.000");
        QCOMPARE(model.columnCount(), 8);
    }

    void numbers_are_sorted_as_numbers() {
        CompletionTableModel model;
        model.setRows({completion("a", 10.0), completion("b", 9.0), completion("c", {})});
        const auto value = [&](int row) {
            return model.index(row, CompletionTableModel::RewardColumn)
                .data(CompletionTableModel::SortRole)
                .toDouble();
        };
        QVERIFY(value(0) > value(1) && value(1) > value(2));
        QCOMPARE(model.index(2, CompletionTableModel::RewardColumn).data().toString(), "none");
    }

    void invalid_utf8_is_shown_replaced() {
        CompletionTableModel model;
        model.setRows({completion("ab\xff", 1.0)});
        QCOMPARE(model.index(0, CompletionTableModel::CompletionColumn).data().toString(),
                 QString("ab\uFFFD"));
    }
};

PLUMB_REGISTER_TEST(TestRunListModel)
PLUMB_REGISTER_TEST(TestCompletionTableModel)
#include "models_test.moc"
