// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/files.h"
#include "store/writer.h"
#include "store_test_data.h"

using namespace plumb;

namespace {

/// What SQLite's writes fail with; 0: they work.
std::atomic<int> disk_error = 0;

ssize_t write_or_fail(int fd, const void* data, size_t size) {
    if (const int error = disk_error) return errno = error, -1;
    return ::write(fd, data, size);
}
ssize_t pwrite_or_fail(int fd, const void* data, size_t size, off_t offset) {
    if (const int error = disk_error) return errno = error, -1;
    return ::pwrite(fd, data, size, offset);
}

void replace_system_call(const char* name, sqlite3_syscall_ptr function) {
    sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
    files->xSetSystemCall(files, name, function);
}

}  // namespace

/// The disk cannot be written for a while: SQLite's own system calls fail.
class TestStoreFullDisk : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        replace_system_call("write", reinterpret_cast<sqlite3_syscall_ptr>(&write_or_fail));
        replace_system_call("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&pwrite_or_fail));
        replace_system_call("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&pwrite_or_fail));
    }
    void cleanupTestCase() {
        for (const char* name : {"write", "pwrite", "pwrite64"}) replace_system_call(name, nullptr);
    }
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        store_ = open_store(folder_->path());
        run_ = store_->create_run(example_run()).value();
    }
    void cleanup() {
        disk_error = 0;
        set_write_fault({});
        store_.reset();
        folder_.reset();
    }

    void rows_wait_for_space_data() {
        QTest::addColumn<int>("error");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("no space left") << ENOSPC << ErrorCode::disk_full;
        QTest::newRow("quota") << EDQUOT << ErrorCode::disk_full;
        QTest::newRow("file too large") << EFBIG << ErrorCode::disk_full;
        QTest::newRow("broken disk") << EIO << ErrorCode::io;
    }
    void rows_wait_for_space() {
        QFETCH(int, error);
        QFETCH(ErrorCode, code);
        store_->add_metrics(run_, 1, {{"loss", 1}}, 10);
        VERIFY_OK(store_->flush());

        disk_error = error;
        for (int step = 2; step <= 4; ++step) {
            store_->add_metrics(run_, step, {{"loss", 0.5}, {"new/key", 1}}, 10);
            store_->add_completions(run_, step, {example_completion(0, "x")});
            const Status status = store_->flush();
            QVERIFY(!status.ok());
            QVERIFY2(status.error().code == code, status.error().message.c_str());
            const std::string file = (folder_->path() / "workspace.db").string();
            QVERIFY2(status.error().message.find(file) != std::string::npos,
                     status.error().message.c_str());
        }
        // A later row of a step that waits wins over it.
        store_->add_metrics(run_, 4, {{"loss", 0.25}}, 10);
        QVERIFY(!store_->set_run_state(run_, RunState::failed, "").ok());
        QCOMPARE(open_reader(folder_->path())->metric(run_, "loss")->size(), std::size_t{1});

        disk_error = 0;
        VERIFY_OK(store_->flush());
        auto reader = open_reader(folder_->path());
        QCOMPARE(reader->metric(run_, "loss")->size(), std::size_t{4});
        QCOMPARE(reader->metric(run_, "loss")->at(3).value, 0.25);
        QCOMPARE(reader->metric(run_, "new/key")->size(), std::size_t{3});
        QCOMPARE(reader->completions(run_, {})->size(), std::size_t{3});
        QVERIFY(reader->run(run_)->state == RunState::running);
        VERIFY_OK(store_->set_run_state(run_, RunState::finished, ""));
    }

    void rows_are_tried_again_without_a_flush() {
        disk_error = ENOSPC;
        store_->add_metrics(run_, 1, {{"loss", 1}}, 10);
        QTest::qSleep(2 * Store::commit_interval_ms);
        disk_error = 0;
        auto reader = open_reader(folder_->path());
        QTRY_COMPARE(reader->metric(run_, "loss")->size(), std::size_t{1});
        VERIFY_OK(store_->flush());
    }

    void a_commit_that_fails_is_undone() {
        int faults = 0;
        set_write_fault([&](std::string_view step) {
            return step == "database commit" && ++faults == 1 ? ENOSPC : 0;
        });
        const auto run = store_->create_run(example_run("second"));
        QVERIFY(!run.ok() && run.error().code == ErrorCode::disk_full);
        QCOMPARE(open_reader(folder_->path())->runs()->size(), std::size_t{1});
        VERIFY_OK(store_->create_run(example_run("third")));
        QCOMPARE(open_reader(folder_->path())->runs()->size(), std::size_t{2});
    }

    void what_waits_is_bounded() {
        auto connection = open_connection(folder_->path() / "workspace.db", Opening::write).value();
        Writer writer(std::move(connection), std::chrono::hours(1), 10000);
        const std::string text(4000, 'x');
        for (int step = 1; step <= 5; ++step) {
            writer.queue(CompletionRows{run_, step, {example_completion(0, text)}});
            writer.queue(MetricRows{run_, step, {{"loss", 1}}, 10});
        }
        const Status status = writer.flush();
        QVERIFY(!status.ok() && status.error().code == ErrorCode::disk_full);
        QVERIFY2(status.error().message.find("step 3") != std::string::npos,
                 status.error().message.c_str());
        auto reader = open_reader(folder_->path());
        QCOMPARE(*reader->completion_steps(run_), (std::vector<std::int64_t>{1, 2}));
        QCOMPARE(reader->metric(run_, "loss")->size(), std::size_t{5});
        writer.queue(CompletionRows{run_, 3, {example_completion(0, text)}});
        VERIFY_OK(writer.flush());
        QCOMPARE(reader->completion_steps(run_)->size(), std::size_t{3});
    }

private:
    std::unique_ptr<TemporaryFolder> folder_;
    std::unique_ptr<Store> store_;
    RunId run_ = 0;
};

PLUMB_REGISTER_TEST(TestStoreFullDisk)
#include "full_disk_test.moc"
