// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_plan.h"
#include "small_run.h"

using namespace plumb;

namespace {

Settings edited_run_settings() {
    Settings settings = small_grpo();
    settings.max_steps = 14;
    settings.eval_steps = 4;
    settings.save_steps = 3;
    return settings;
}

/// A run whose learning rate and temperature somebody changes at two steps while it is paused.
RunId edited_run(SmallSession& session, const Settings& settings, const std::string& name) {
    const auto id = session->start(settings, name);
    if (!id) qFatal("%s", id.error().message.c_str());
    session->pause();
    int edits = 0;
    const auto ended = session.until_end([&](const Event& event) {
        if (std::holds_alternative<RunPaused>(event)) {
            const auto status = edits == 0 ? session->edit("learning_rate", "0.02", "too slow")
                                           : session->edit("temperature", "0.7", "less noise");
            if (!status) qFatal("%s", status.error().message.c_str());
        }
        if (std::holds_alternative<SettingEdited>(event)) {
            ++edits;
            session->go_on();
        }
        if (std::holds_alternative<RunContinued>(event) && edits == 1) session->pause();
    });
    if (ended.state != RunState::finished || edits != 2) qFatal("the run was not edited twice");
    return *id;
}

/// Starts what the run was; with stop_after it is cut off there and resumed.
RunId repeated_run(SmallSession& session, RunId run, std::int64_t stop_after = 0) {
    const auto plan = plan_of(*session.reader(), run);
    if (!plan) qFatal("%s", plan.error().message.c_str());
    const auto id = session->start(plan->settings, plan->name, plan->edits);
    if (!id) qFatal("%s", id.error().message.c_str());
    auto ended = session.until_end([&](const Event& event) {
        const auto* step = std::get_if<StepDone>(&event);
        if (stop_after > 0 && step && step->step >= stop_after && step->metrics.contains("loss"))
            session->stop_and_keep();
    });
    if (ended.state == RunState::interrupted) {
        session.close();
        session.open();
        if (!session->resume(*id)) qFatal("resume");
        ended = session.until_end();
    }
    if (ended.state != RunState::finished) qFatal("%s", ended.message.c_str());
    return *id;
}

}  // namespace

/// A run that repeats another with its edits is the same run.
class TestRepeat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void edits_are_made_at_the_same_steps_to_the_same_numbers() {
        SmallSession session;
        const RunId first = edited_run(session, edited_run_settings(), "edited");
        const RunId plain = session.run(edited_run_settings(), "plain");
        const RunId again = repeated_run(session, first);
        auto reader = session.reader();
        const auto expected = lasting_metrics(*reader, first);
        QVERIFY(expected.size() > 100);
        QVERIFY(lasting_metrics(*reader, again) == expected);
        QVERIFY(lasting_metrics(*reader, plain) != expected);
        QVERIFY(newest_checkpoint_bytes(*reader, again, session->workspace()) ==
                newest_checkpoint_bytes(*reader, first, session->workspace()));
        expect_same_edits(*reader, first, again);
        QVERIFY(reader->planned_edits(again)->empty());
        // The copy can be repeated in its turn.
        QVERIFY(lasting_metrics(*reader, repeated_run(session, again)) == expected);
    }

    void a_repetition_that_is_cut_off_makes_the_rest_of_its_edits_when_it_goes_on() {
        SmallSession session;
        const RunId first = edited_run(session, edited_run_settings(), "edited");
        const auto edits = session.reader()->edits(first).value();
        // Cut off between the two edits, or where that is impossible soon after them.
        const RunId again = repeated_run(session, first, std::max<std::int64_t>(1, edits[0].step));
        auto reader = session.reader();
        QVERIFY(lasting_metrics(*reader, again) == lasting_metrics(*reader, first));
        expect_same_edits(*reader, first, again);
    }

    void edits_that_were_not_reached_are_taken_over_too() {
        SmallSession session;
        Settings settings = edited_run_settings();
        settings.max_steps = 3;
        const std::vector<PlannedEdit> edits = {
            {.step = 2, .key = "learning_rate", .value = "0.01"},
            {.step = 9, .key = "learning_rate", .value = "0.02"}};
        const auto run = session->start(settings, "short", edits);
        VERIFY_OK(run);
        session.until_end();
        const auto plan = plan_of(*session.reader(), *run);
        VERIFY_OK(plan);
        QCOMPARE(plan->edits.size(), std::size_t{2});
        QCOMPARE(plan->edits[1].step, std::int64_t{9});
        QCOMPARE(session.reader()->edits(*run)->size(), std::size_t{1});
    }

    void edits_that_do_not_go_with_changed_settings_are_refused() {
        SmallSession session;
        const std::vector<PlannedEdit> edits = {
            {.step = 2, .key = "num_generations", .value = "8"}};
        Settings settings = edited_run_settings();
        settings.per_device_train_batch_size = 4;
        settings.num_generations = 2;
        const auto refused = session->start(settings, "refused", edits);
        QVERIFY(!refused.ok());
        for (const char* part : {"num_generations", "after step 2", "without its edits"})
            QVERIFY2(refused.error().message.find(part) != std::string::npos,
                     refused.error().message.c_str());
        QVERIFY(!session->enqueue(settings, "refused", edits).ok());
        const auto not_live = session->start(edited_run_settings(), "",
                                             {{.step = 1, .key = "hidden_size", .value = "64"}});
        QVERIFY(!not_live.ok());
        QVERIFY(session.reader()->runs()->empty());
    }

    void an_edit_that_no_longer_fits_is_left_out_and_the_run_goes_on() {
        SmallSession session;
        const auto run = session->start(edited_run_settings(), "by hand",
                                        {{.step = 12, .key = "delta", .value = "1.5"}});
        VERIFY_OK(run);
        session->pause();
        const auto ended = session.until_end([&](const Event& event) {
            if (std::holds_alternative<RunPaused>(event) &&
                !session->edit("epsilon_high", "0.9", "").ok())
                qFatal("edit");
            if (std::holds_alternative<SettingEdited>(event)) session->go_on();
        });
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::finished));
        const auto edits = session.reader()->edits(*run).value();
        QCOMPARE(edits.size(), std::size_t{1});
        COMPARE_TEXT(edits[0].key, "epsilon_high");
        QVERIFY(session.reader()->planned_edits(*run)->empty());
    }

private:
    static void expect_same_edits(StoreReader& reader, RunId expected, RunId actual) {
        const auto first = reader.edits(expected).value(), second = reader.edits(actual).value();
        QCOMPARE(first.size(), std::size_t{2});
        QCOMPARE(second.size(), first.size());
        for (std::size_t i = 0; i < first.size(); ++i) {
            QCOMPARE(second[i].step, first[i].step);
            COMPARE_TEXT(second[i].key, first[i].key);
            COMPARE_TEXT(second[i].old_value, first[i].old_value);
            COMPARE_TEXT(second[i].new_value, first[i].new_value);
            COMPARE_TEXT(second[i].reason, first[i].reason);
        }
    }
};

PLUMB_REGISTER_TEST(TestRepeat)
#include "repeat_test.moc"
