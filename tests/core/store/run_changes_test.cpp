// SPDX-License-Identifier: GPL-3.0-or-later
#include <stop_token>
#include <thread>

#include "base/files.h"
#include "store_test_data.h"

using namespace plumb;
namespace fs = std::filesystem;

/// Notes, shades, the archive, and runs that are deleted, brought back, or taken away for good.
class TestRunChanges : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = open_store(folder_->path());
        reader_ = open_reader(folder_->path());
        for (const char* name : {"first", "second", "third"}) add_finished(name);
    }
    void cleanup() {
        reader_.reset();
        store_.reset();
        folder_.reset();
    }

    void what_is_said_of_runs_is_kept() {
        VERIFY_OK(store_->set_note(1, "two\nlines"));
        VERIFY_OK(store_->set_shade({1, 3}, 2));
        VERIFY_OK(store_->archive_runs({2, 3}, true));
        VERIFY_OK(store_->archive_runs({3}, false));
        store_.reset();
        store_ = open_store(folder_->path());
        const auto runs = reader_->runs().value();
        COMPARE_TEXT(runs[0].note, "two\nlines");
        QCOMPARE(runs[0].shade, std::int64_t{2});
        QCOMPARE(runs[1].shade, std::int64_t{0});
        QVERIFY(!runs[0].archived && runs[1].archived && !runs[2].archived);
    }

    void all_or_none_are_changed() {
        const Status status = store_->archive_runs({1, 9}, true);
        QVERIFY(!status.ok() && status.error().code == ErrorCode::not_found);
        QVERIFY(!reader_->run(1)->archived);
        QVERIFY(!store_->set_shade({2, 9}, 1).ok());
        QCOMPARE(reader_->run(2)->shade, std::int64_t{0});
    }

    void a_deleted_run_is_in_no_list_and_comes_back_whole() {
        VERIFY_OK(store_->delete_runs({1, 3}));
        QCOMPARE(names(RunScope::kept), QStringList({"second"}));
        QCOMPARE(names(RunScope::deleted), QStringList({"first", "third"}));
        QCOMPARE(names(RunScope::all).size(), 3);
        const auto found = reader_->find_run("first");
        QVERIFY(!found.ok() && found.error().code == ErrorCode::not_found);
        QVERIFY2(found.error().message.find("deleted") != std::string::npos,
                 found.error().message.c_str());
        QVERIFY(!reader_->find_run("1").ok());
        VERIFY_OK(reader_->find_run("1", RunScope::deleted));
        QVERIFY(!reader_->find_run("second", RunScope::deleted).ok());

        VERIFY_OK(store_->undelete_runs({1}));
        QCOMPARE(names(RunScope::kept), QStringList({"first", "second"}));
        QCOMPARE(reader_->metric(1, "loss")->size(), std::size_t{4});
        QCOMPARE(reader_->completions(1, {})->size(), std::size_t{2});
        QVERIFY(fs::exists(store_->run_folder(1) / "checkpoints"));
        QVERIFY(!store_->undelete_runs({2}).ok());
    }

    void a_kept_run_is_found_before_a_newer_deleted_one_of_its_name() {
        const RunId newer = add_finished("first");
        VERIFY_OK(store_->delete_runs({newer}));
        QCOMPARE(reader_->find_run("first")->id, RunId{1});
        QCOMPARE(reader_->find_run("first", RunScope::deleted)->id, newer);
    }

    void a_run_that_goes_on_is_not_deleted() {
        const RunId active = store_->create_run(example_run("active")).value();
        const Status status = store_->delete_runs({1, active});
        QVERIFY(!status.ok());
        QVERIFY2(status.error().message.find("active") != std::string::npos,
                 status.error().message.c_str());
        QCOMPARE(reader_->run(1)->deleted_ms, std::int64_t{0});
    }

    void a_removed_run_leaves_nothing_and_its_number_is_not_used_again() {
        VERIFY_OK(store_->add_edit(3, {.step = 1, .key = "seed"}));
        VERIFY_OK(store_->delete_runs({3}));
        VERIFY_OK(store_->remove_run(3));
        QCOMPARE(names(RunScope::all), QStringList({"first", "second"}));
        QVERIFY(!fs::exists(store_->run_folder(3)));
        QVERIFY(reader_->metrics(3)->empty() && reader_->completions(3, {})->empty());
        QVERIFY(reader_->edits(3)->empty());
        QCOMPARE(reader_->metric(2, "loss")->size(), std::size_t{4});
        QCOMPARE(add_finished("fourth"), RunId{4});
        const Status kept = store_->remove_run(2);
        QVERIFY(!kept.ok());  // it was not deleted
        QCOMPARE(reader_->metric(2, "loss")->size(), std::size_t{4});
    }

    /// More rows than one commit takes away, and another run's rows between them.
    void a_large_removal_lets_other_rows_through_and_can_be_cut_off() {
        constexpr std::int64_t steps = 4000;
        for (std::int64_t step = 1; step <= steps; ++step) {
            Metrics metrics;
            for (int key = 0; key < 12; ++key) metrics["m" + std::to_string(key)] = 1.0;
            store_->add_metrics(1, step, metrics, steps);
        }
        VERIFY_OK(store_->flush());
        VERIFY_OK(store_->delete_runs({1}));
        std::stop_source stop;
        stop.request_stop();
        const Status cut_off = store_->remove_run(1, stop.get_token());
        QVERIFY(!cut_off.ok() && cut_off.error().code == ErrorCode::cancelled);
        QVERIFY(!reader_->metrics(1)->empty());
        QVERIFY(names(RunScope::deleted).isEmpty());  // it cannot come back any more
        const Status back = store_->undelete_runs({1});
        QVERIFY2(!back.ok() && back.error().message.find("for good") != std::string::npos,
                 back.ok() ? "" : back.error().message.c_str());

        store_.reset();
        store_ = open_store(folder_->path());
        std::thread removal([this] {
            if (const Status status = store_->remove_run(1); !status.ok())
                qFatal("%s", status.error().message.c_str());
        });
        for (std::int64_t step = 5; step < 60; ++step) {
            store_->add_metrics(2, step, {{"loss", 1.0}}, 100);
            VERIFY_OK(store_->flush());
        }
        removal.join();
        QVERIFY(reader_->metrics(1)->empty());
        QCOMPARE(names(RunScope::all), QStringList({"second", "third"}));
        QCOMPARE(reader_->metric(2, "loss")->size(), std::size_t{59});
    }

    void a_folder_that_cannot_be_removed_leaves_the_run_to_the_next_time() {
        VERIFY_OK(store_->delete_runs({1}));
        set_write_fault(
            [](std::string_view what) { return what == "remove run folder" ? EIO : 0; });
        const Status failed = store_->remove_run(1);
        set_write_fault({});
        QVERIFY(!failed.ok());
        QCOMPARE(reader_->run(1)->deleted_ms, run_being_removed);
        VERIFY_OK(store_->remove_run(1));
        QVERIFY(!reader_->run(1).ok());
    }

private:
    RunId add_finished(const std::string& name) {
        const RunId run = store_->create_run(example_run(name)).value();
        for (std::int64_t step = 1; step <= 4; ++step)
            store_->add_metrics(run, step, {{"loss", 0.5}, {"reward", 1.0}}, 4);
        store_->add_completions(run, 4, {example_completion(0, "a"), example_completion(1, "b")});
        if (!store_->set_run_state(run, RunState::finished, "").ok()) qFatal("state");
        return run;
    }
    QStringList names(RunScope scope) {
        QStringList all;
        for (const RunRecord& run : reader_->runs(scope).value())
            all << QString::fromStdString(run.name);
        return all;
    }

    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;
};

PLUMB_REGISTER_TEST(TestRunChanges)
#include "run_changes_test.moc"
