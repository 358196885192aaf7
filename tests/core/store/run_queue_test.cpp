// SPDX-License-Identifier: GPL-3.0-or-later
#include "store_test_data.h"

using namespace plumb;

/// The queue and planned edits as rows.
class TestStoreQueue : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = open_store(folder_->path());
        reader_ = open_reader(folder_->path());
    }
    void cleanup() {
        reader_.reset();
        store_.reset();
        folder_.reset();
    }

    void runs_wait_in_their_order_across_openings() {
        add("a");
        add("b", {{.step = 7, .key = "beta", .value = "0.2", .reason = "why"},
                  {.step = 3, .key = "learning_rate", .value = "0.1"}});
        store_.reset();
        store_ = open_store(folder_->path());
        const auto queue = reader_->queue().value();
        QCOMPARE(order(), QStringList({"a", "b"}));
        COMPARE_TEXT(queue[1].algorithm, "ppo");
        COMPARE_TEXT(queue[1].settings, "algorithm: ppo\n");
        QVERIFY(queue[1].added_ms > 0 && !queue[1].resumes);
        QCOMPARE(queue[1].edits.size(), std::size_t{2});
        QCOMPARE(queue[1].edits[0].step, std::int64_t{3});
        COMPARE_TEXT(queue[1].edits[1].reason, "why");
    }

    void runs_are_moved_and_taken_out() {
        const QueueId a = add("a");
        const QueueId b = add("b");
        const QueueId c = add("c");
        VERIFY_OK(store_->move_queued(c, 0));
        QCOMPARE(order(), QStringList({"c", "a", "b"}));
        VERIFY_OK(store_->move_queued(c, 99));
        QCOMPARE(order(), QStringList({"a", "b", "c"}));
        VERIFY_OK(store_->move_queued(a, 1));
        QCOMPARE(order(), QStringList({"b", "a", "c"}));
        add("d");
        QCOMPARE(order(), QStringList({"b", "a", "c", "d"}));
        VERIFY_OK(store_->dequeue({a, c}));
        QCOMPARE(order(), QStringList({"b", "d"}));
        const Status gone = store_->dequeue({b, a});
        QVERIFY(!gone.ok() && gone.error().code == ErrorCode::not_found);
        QCOMPARE(order(), QStringList({"b", "d"}));
        QVERIFY(!store_->move_queued(a, 0).ok());
    }

    void a_run_takes_its_entry_and_its_edits() {
        const std::vector<PlannedEdit> edits = {
            {.step = 3, .key = "learning_rate", .value = "0.1"}};
        const QueueId entry = add("a", edits);
        const RunId run = store_->create_run(example_run("a"), edits, entry).value();
        QVERIFY(order().isEmpty());
        QCOMPARE(reader_->planned_edits(run)->size(), std::size_t{1});
        // An entry that somebody has taken out meanwhile starts nothing.
        const auto again = store_->create_run(example_run("a"), {}, entry);
        QVERIFY(!again.ok());
        QCOMPARE(reader_->runs()->size(), std::size_t{1});
    }

    void a_planned_edit_is_made_once() {
        const PlannedEdit planned{.step = 3, .key = "beta", .value = "0.1", .reason = "why"};
        const RunId run = store_->create_run(example_run(), {planned, planned}).value();
        const EditRecord made{.step = 3, .key = "beta", .old_value = "0", .new_value = "0.1"};
        VERIFY_OK(store_->settle_planned_edit(run, planned, made));
        QCOMPARE(reader_->planned_edits(run)->size(), std::size_t{1});
        QCOMPARE(reader_->edits(run)->size(), std::size_t{1});
        VERIFY_OK(store_->settle_planned_edit(run, planned, {}));
        QVERIFY(reader_->planned_edits(run)->empty());
        QCOMPARE(reader_->edits(run)->size(), std::size_t{1});
    }

    void a_deleted_run_does_not_wait_to_go_on() {
        const RunId run = store_->create_run(example_run()).value();
        VERIFY_OK(store_->set_run_state(run, RunState::interrupted, ""));
        VERIFY_OK(store_->enqueue({.name = "first", .algorithm = "grpo", .resumes = run}));
        add("other");
        QCOMPARE(reader_->queue()->front().resumes, std::optional(run));
        VERIFY_OK(store_->delete_runs({run}));
        QCOMPARE(order(), QStringList({"other"}));
        QVERIFY(!store_->enqueue({.name = "none", .resumes = 99}).ok());
    }

private:
    QueueId add(const std::string& name, std::vector<PlannedEdit> edits = {}) {
        const auto id = store_->enqueue({.name = name,
                                         .algorithm = "ppo",
                                         .settings = "algorithm: ppo\n",
                                         .edits = std::move(edits)});
        if (!id.ok()) qFatal("%s", id.error().message.c_str());
        return *id;
    }
    QStringList order() {
        QStringList names;
        for (const QueuedRun& run : reader_->queue().value())
            names << QString::fromStdString(run.name);
        return names;
    }

    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;
};

PLUMB_REGISTER_TEST(TestStoreQueue)
#include "run_queue_test.moc"
