// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/edit_history.h"
#include "test_main.h"

using namespace plumb;

class TestEditHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_edit_holds_from_the_update_after_its_step() {
        Settings now;
        now.learning_rate = 0.001;
        now.temperature = 0.5;
        const std::vector<EditRecord> edits = {
            {.step = 4, .key = "learning_rate", .old_value = "0.1", .new_value = "0.01"},
            {.step = 4, .key = "temperature", .old_value = "1", .new_value = "0.5"},
            {.step = 9, .key = "learning_rate", .old_value = "0.01", .new_value = "0.001"}};
        QCOMPARE(settings_at(now, edits, 0).learning_rate, 0.1);
        QCOMPARE(settings_at(now, edits, 4).learning_rate, 0.1);
        QCOMPARE(settings_at(now, edits, 4).temperature, 1.0);
        QCOMPARE(settings_at(now, edits, 5).learning_rate, 0.01);
        QCOMPARE(settings_at(now, edits, 5).temperature, 0.5);
        QCOMPARE(settings_at(now, edits, 9).learning_rate, 0.01);
        QCOMPARE(settings_at(now, edits, 10).learning_rate, 0.001);
    }

    void edits_of_one_step_are_taken_back_in_turn() {
        Settings now;
        now.learning_rate = 0.3;
        const std::vector<EditRecord> edits = {
            {.step = 2, .key = "learning_rate", .old_value = "0.1", .new_value = "0.2"},
            {.step = 2, .key = "learning_rate", .old_value = "0.2", .new_value = "0.3"}};
        QCOMPARE(settings_at(now, edits, 2).learning_rate, 0.1);
        QCOMPARE(settings_at(now, edits, 3).learning_rate, 0.3);
    }

    void a_value_that_is_not_taken_changes_nothing() {
        Settings now;
        now.learning_rate = 0.3;
        const std::vector<EditRecord> edits = {
            {.step = 2, .key = "learning_rate", .old_value = "much", .new_value = "0.3"},
            {.step = 2, .key = "no_such_key", .old_value = "1", .new_value = "2"}};
        QCOMPARE(settings_at(now, edits, 1).learning_rate, 0.3);
    }
};

PLUMB_REGISTER_TEST(TestEditHistory)
#include "edit_history_test.moc"
