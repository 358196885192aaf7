// SPDX-License-Identifier: GPL-3.0-or-later
#include <thread>

#include "session/run_plan.h"
#include "session/run_remover.h"
#include "small_run.h"

using namespace plumb;

namespace {

Settings short_run() {
    Settings settings = small_grpo();
    settings.max_steps = 3;
    settings.eval_steps = 0;
    return settings;
}

Settings endless_run() {
    Settings settings = short_run();
    settings.max_steps = 100000;
    return settings;
}

/// "start a", "finished a", ... in the order of the events, until so many runs have ended.
QStringList story(SmallSession& session, int ends,
                  const std::function<void(const Event&)>& look = {}) {
    QStringList said;
    std::map<RunId, QString> names;
    while (ends > 0) {
        const auto ended = session.until_end([&](const Event& event) {
            if (const auto* started = std::get_if<RunStarted>(&event)) {
                names[started->run] = QString::fromStdString(started->name);
                said << "start " + names[started->run];
            }
            if (look) look(event);
        });
        said << QString::fromStdString(to_string(ended.state)) + " " + names[ended.run];
        --ends;
    }
    return said;
}

void add(SmallSession& session, const Settings& settings, const std::string& name) {
    const auto entry = session->enqueue(settings, name);
    if (!entry) qFatal("%s", entry.error().message.c_str());
}

QStringList waiting(SmallSession& session) {
    QStringList names;
    const auto reader = session.reader();
    for (const QueuedRun& run : reader->queue().value()) names << QString::fromStdString(run.name);
    return names;
}

}  // namespace

class TestQueue : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runs_start_one_after_another() {
        SmallSession session;
        session->hold_queue();
        for (const char* name : {"a", "b", "c"}) add(session, short_run(), name);
        QCOMPARE(session->queue_state().waiting, std::size_t{3});
        const auto last = session.reader()->queue()->back().id;
        VERIFY_OK(session->move_queued(last, 0));
        QCOMPARE(waiting(session), QStringList({"c", "a", "b"}));
        QVERIFY(!session->active_run());
        session->run_queue();
        QCOMPARE(story(session, 3), QStringList({"start c", "finished c", "start a", "finished a",
                                                 "start b", "finished b"}));
        QCOMPARE(waiting(session), QStringList());
        QTRY_COMPARE(session->queue_state().waiting, std::size_t{0});
        const auto runs = session.reader()->runs().value();
        QCOMPARE(runs.size(), std::size_t{3});
        QCOMPARE(runs[2].step, std::int64_t{3});
    }

    void a_run_that_goes_on_is_waited_for() {
        SmallSession session;
        VERIFY_OK(session->start(endless_run(), "first"));
        add(session, short_run(), "second");
        bool asked = false;
        const QStringList said = story(session, 2, [&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step >= 2 && !std::exchange(asked, true)) session->abort();
        });
        QCOMPARE(said,
                 QStringList({"start first", "aborted first", "start second", "finished second"}));
    }

    void a_failure_does_not_hold_up_the_others() {
        SmallSession session;
        session->hold_queue();
        Settings hopeless = short_run();
        hopeless.start_check_accuracy = 1.0;
        Settings built_on_another = short_run();
        built_on_another.model_name_or_path = "base";
        add(session, hopeless, "hopeless");
        add(session, short_run(), "base");
        add(session, built_on_another, "without base");
        add(session, short_run(), "last");
        VERIFY_OK(session->dequeue({session.reader()->queue().value()[1].id}));
        session->run_queue();
        QCOMPARE(story(session, 3),
                 QStringList({"start hopeless", "failed hopeless", "start without base",
                              "failed without base", "start last", "finished last"}));
        // It is kept with its settings and its reason.
        const RunRecord failed = session.reader()->find_run("without base").value();
        QVERIFY2(failed.message.find("base") != std::string::npos, failed.message.c_str());
        QVERIFY(failed.settings.find("model_name_or_path: base") != std::string::npos);
    }

    void a_run_may_start_from_one_that_waits_before_it() {
        SmallSession session;
        session->hold_queue();
        Settings next = short_run();
        next.model_name_or_path = "base";
        const auto unknown = session->enqueue(next, "next");
        QVERIFY(!unknown.ok());
        QVERIFY2(unknown.error().message.find("base") != std::string::npos,
                 unknown.error().message.c_str());
        add(session, short_run(), "base");
        add(session, next, "next");
        session->run_queue();
        QCOMPARE(story(session, 2).back(), QString("finished next"));
    }

    void what_cannot_be_started_is_refused_at_once() {
        SmallSession session;
        Settings settings = short_run();
        settings.num_generations = 3;
        QVERIFY(!session->enqueue(settings, "wrong").ok());
        settings = short_run();
        settings.algorithm = "sft";
        settings.task = "data";
        settings.train_files = {"/nowhere/rows.jsonl"};
        const auto missing = session->enqueue(settings, "missing");
        QVERIFY(!missing.ok());
        QVERIFY(missing.error().message.find("/nowhere/rows.jsonl") != std::string::npos);
        QVERIFY(waiting(session).isEmpty());
    }

    void a_run_that_is_stopped_to_go_on_later_holds_the_queue() {
        SmallSession session;
        const auto first = session->start(endless_run(), "first");
        VERIFY_OK(first);
        add(session, short_run(), "second");
        bool asked = false;
        const auto ended = session.until_end([&](const Event& event) {
            const auto* step = std::get_if<StepDone>(&event);
            if (step && step->step >= 2 && !std::exchange(asked, true)) session->stop_and_keep();
        });
        QCOMPARE(static_cast<int>(ended.state), static_cast<int>(RunState::interrupted));
        QTRY_VERIFY(session->queue_state().held);
        QVERIFY(!session->active_run());
        // It may wait behind the others, once.
        VERIFY_OK(session->enqueue_resume(*first));
        QVERIFY(!session->enqueue_resume(*first).ok());
        QCOMPARE(waiting(session), QStringList({"second", "first"}));
        session->run_queue();
        bool resumed = false, finishing = false;
        const QStringList said = story(session, 2, [&](const Event& event) {
            if (const auto* started = std::get_if<RunStarted>(&event))
                resumed = started->resumed && started->run == *first;
            if (resumed && std::holds_alternative<StepDone>(event) &&
                !std::exchange(finishing, true))
                session->finish();
        });
        QCOMPARE(said,
                 QStringList({"start second", "finished second", "start first", "finished first"}));
    }

    void closing_keeps_the_queue_and_opening_starts_nothing() {
        SmallSession session;
        VERIFY_OK(session->start(endless_run(), "first"));
        add(session, short_run(), "second");
        add(session, short_run(), "third");
        session.close();
        session.open();
        QCOMPARE(waiting(session), QStringList({"second", "third"}));
        QVERIFY(session->queue_state().held);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        QVERIFY(!session->active_run());
        QCOMPARE(static_cast<int>(session.reader()->find_run("first")->state),
                 static_cast<int>(RunState::interrupted));
        session->run_queue();
        QCOMPARE(story(session, 2),
                 QStringList({"start second", "finished second", "start third", "finished third"}));
    }
};

class TestRemoval : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_deleted_run_is_named_as_such_and_removed_beside_another() {
        SmallSession session;
        const RunId first = session.run(short_run(), "first");
        Settings second = short_run();
        second.model_name_or_path = "first";
        const RunId user = session.run(second, "second");
        auto reader = session.reader();
        const auto users = users_of(*reader, {first});
        VERIFY_OK(users);
        QCOMPARE(users->runs.size(), std::size_t{1});
        QCOMPARE(users->runs[0].id, user);
        QVERIFY(users_of(*reader, {first, user})->runs.empty());

        VERIFY_OK(session->store().delete_runs({first}));
        const auto started = session->start(second, "third");
        QVERIFY(!started.ok());
        QVERIFY2(started.error().message.find("deleted") != std::string::npos,
                 started.error().message.c_str());
        VERIFY_OK(session->start(endless_run(), "beside"));
        session->remove_runs({first});
        bool removed = false;
        session.until_end([&](const Event& event) {
            const auto* gone = std::get_if<RunRemoved>(&event);
            if (!gone) return;
            removed = gone->run == first && gone->problem.empty();
            session->abort();
        });
        QVERIFY(removed);
        QVERIFY(!std::filesystem::exists(session->store().run_folder(first)));
        QVERIFY(!reader->run(first).ok());
    }

    void only_what_was_deleted_a_day_ago_is_due() {
        SmallSession session;
        Store& store = session->store();
        for (const char* name : {"kept", "deleted", "cut off"}) {
            RunRecord record;
            record.name = name;
            record.algorithm = "grpo";
            record.state = RunState::finished;
            VERIFY_OK(store.create_run(record));
        }
        VERIFY_OK(store.delete_runs({2, 3}));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!store.remove_run(3, stop.get_token()).ok());
        auto reader = session.reader();
        const std::int64_t now = reader->run(2)->deleted_ms;
        QVERIFY(runs_to_remove(*reader, now).value() == std::vector<RunId>{3});
        QVERIFY(runs_to_remove(*reader, now + Session::deleted_runs_kept_ms).value() ==
                std::vector<RunId>({2, 3}));
        // The next opening ends what was cut off.
        session.close();
        session.open();
        QTRY_VERIFY(!session.reader()->run(3).ok());
        VERIFY_OK(session.reader()->run(2));
    }
};

PLUMB_REGISTER_TEST(TestQueue)
PLUMB_REGISTER_TEST(TestRemoval)
#include "queue_test.moc"
