// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <set>

#include <sys/stat.h>

#include "base/check.h"
#include "base/files.h"
#include "store/database.h"
#include "store/schema.h"
#include "store_test_data.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_below(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        names.insert(entry.path().lexically_relative(folder).string());
    return names;
}

void execute(const fs::path& file, const std::string& sql) {
    auto connection = open_connection(file, Opening::create);
    if (!connection) qFatal("%s", connection.error().message.c_str());
    (*connection)->db.exec(sql);
}

/// Acts as a user who may not write where root may, for the time of the scope.
class WithoutRoot {
public:
    WithoutRoot() : was_root_(::geteuid() == 0) {
        if (was_root_ && ::seteuid(65534) != 0) qFatal("seteuid");
    }
    ~WithoutRoot() {
        if (was_root_ && ::seteuid(0) != 0) qFatal("seteuid");
    }

private:
    bool was_root_;
};

}  // namespace

/// Workspaces that are new, old, foreign, damaged, or left by a program that died.
class TestStoreOpening : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { folder_ = std::make_unique<TemporaryFolder>(); }
    void cleanup() { folder_.reset(); }

    void a_workspace_is_made_and_found_again() {
        const fs::path workspace = path() / "deep" / "er";
        {
            auto store = open_store(workspace);
            QCOMPARE(store->folder(), workspace);
            QVERIFY(store->access() == Access::read_write);
            const RunId run = store->create_run(example_run()).value();
            QCOMPARE(store->run_folder(run), workspace / "runs" / std::to_string(run));
            store->add_metrics(run, 1, {{"loss", 1}}, 10);
        }
        // What was queued when the store was closed is there.
        auto reader = open_reader(workspace);
        QCOMPARE(reader->metric(1, "loss")->size(), std::size_t{1});
    }

    void runs_that_a_dead_program_left_are_interrupted() {
        {
            auto store = open_store(path());
            const RunId running = store->create_run(example_run()).value();
            store->add_metrics(running, 7, {}, 20);
            RunRecord paused = example_run();
            paused.state = RunState::paused;
            store->create_run(paused).value();
            const RunId done = store->create_run(example_run()).value();
            VERIFY_OK(store->set_run_state(done, RunState::finished, "well"));
        }
        const auto runs = open_store(path())->query([](StoreReader& r) { return r.runs(); }).get();
        QCOMPARE(runs->size(), std::size_t{3});
        QVERIFY(runs->at(0).state == RunState::interrupted);
        COMPARE_TEXT(runs->at(0).message, "its program ended at step 7 of 20 without finishing it");
        QVERIFY(runs->at(0).finished_ms >= runs->at(0).created_ms);
        QVERIFY(runs->at(1).state == RunState::interrupted);
        QVERIFY(runs->at(2).state == RunState::finished);
        COMPARE_TEXT(runs->at(2).message, "well");
    }

    void checkpoints_without_row_or_folder_are_removed() {
        const fs::path below = path() / "runs" / "1" / "checkpoints";
        {
            auto store = open_store(path());
            const RunId run = store->create_run(example_run()).value();
            for (const char* name : {"step-1", "step-2", "step-3/inner", "step-4.tmp", "step-5",
                                     "step-6.tmp123", "committed.tmp"})
                write(below / name / "model.safetensors");
            fs::create_directories(path() / "elsewhere");
            fs::create_directory_symlink(path() / "elsewhere", below / "link");
            write(path() / "runs" / "9" / "checkpoints" / "step-1" / "model.safetensors");
            int step = 0;
            for (const char* name :
                 {"step-1", "step-2/", "step-3/inner", "./committed.tmp", "gone"})
                VERIFY_OK(store->add_checkpoint(
                    run, {.step = ++step, .folder = std::string("runs/1/checkpoints/") + name}));
        }
        auto store = open_store(path());
        QCOMPARE(names_below(below),
                 (std::set<std::string>{"step-1", "step-1/model.safetensors", "step-2",
                                        "step-2/model.safetensors", "step-3", "step-3/inner",
                                        "step-3/inner/model.safetensors", "committed.tmp",
                                        "committed.tmp/model.safetensors", "link"}));
        // No row tells whose folder this is: it may belong to a database that was lost.
        QVERIFY(fs::exists(path() / "runs" / "9" / "checkpoints" / "step-1"));
        const auto rows = open_reader(path())->checkpoints(1).value();
        QCOMPARE(rows.size(), std::size_t{4});
        QCOMPARE(rows.back().step, std::int64_t{4});
    }

    void new_runs_do_not_take_over_folders_of_a_lost_database() {
        write(path() / "runs" / "12" / "checkpoints" / "step-1" / "model.safetensors");
        QCOMPARE(open_store(path())->create_run(example_run()).value(), RunId{13});
        open_store(path());
        QVERIFY(fs::exists(path() / "runs" / "12" / "checkpoints" / "step-1"));
    }

    void a_newer_version_is_refused_unchanged() {
        open_store(path())->create_run(example_run()).value();
        execute(database(), "PRAGMA user_version = 99");
        const std::string before = read_file(database()).value();
        for (const Access access : {Access::read_write, Access::read_only}) {
            const auto store = Store::open(path(), access);
            QVERIFY(!store.ok() && store.error().code == ErrorCode::newer_version);
            const std::string& message = store.error().message;
            for (const std::string& part : {database().string(), std::string("99"),
                                            "up to " + std::to_string(migrations().back().version), std::string("update")})
                QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        }
        QVERIFY(read_file(database()).value() == before);
    }

    void the_database_of_another_program_is_refused_unchanged() {
        execute(database(), "CREATE TABLE recipes (name TEXT)");
        const std::string before = read_file(database()).value();
        for (const Access access : {Access::read_write, Access::read_only}) {
            const auto store = Store::open(path(), access);
            QVERIFY(!store.ok() && store.error().code == ErrorCode::invalid_input);
            QVERIFY(store.error().message.find("another program") != std::string::npos);
        }
        QVERIFY(read_file(database()).value() == before);
    }

    void a_damaged_database_is_refused_unchanged_data() {
        QTest::addColumn<int>("offset");
        QTest::newRow("the header") << 0;
        QTest::newRow("the schema") << 100;
    }
    void a_damaged_database_is_refused_unchanged() {
        QFETCH(int, offset);
        open_store(path())->create_run(example_run()).value();
        {
            std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(offset);
            file << std::string(3000, '\x5a');
        }
        const std::string before = read_file(database()).value();
        for (const Access access : {Access::read_write, Access::read_only}) {
            const auto store = Store::open(path(), access);
            QVERIFY(!store.ok() && store.error().code == ErrorCode::io);
            const std::string& message = store.error().message;
            for (const std::string& part :
                 {database().string(), std::string("damaged"), std::string("backup")})
                QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        }
        QVERIFY(read_file(database()).value() == before);
    }

    void reading_makes_nothing() {
        const fs::path missing = path() / "missing";
        for (const auto& error : {StoreReader::open(missing).error(),
                                  Store::open(missing, Access::read_only).error()}) {
            QVERIFY(error.code == ErrorCode::not_found);
            QVERIFY2(error.message.find(missing.string()) != std::string::npos,
                     error.message.c_str());
        }
        QVERIFY(!fs::exists(missing));

        open_store(path())->create_run(example_run()).value();
        const auto before = names_below(path());
        QCOMPARE(open_reader(path())->runs()->size(), std::size_t{1});
        QCOMPARE(names_below(path()), before);
    }

    void a_folder_that_forbids_writing_can_be_read() {
        open_store(path())->create_run(example_run()).value();
        // As on a read-only disc to which the database alone was copied.
        for (const char* suffix : {"-wal", "-shm"}) fs::remove(database().string() + suffix);
        QCOMPARE(::chmod(path().c_str(), 0555), 0);
        {
            WithoutRoot scope;
            const auto reader = StoreReader::open(path());
            const auto store = Store::open(path(), Access::read_write);
            if (reader) QCOMPARE((*reader)->runs()->size(), std::size_t{1});
            QVERIFY2(reader.ok(), reader.ok() ? "" : reader.error().message.c_str());
            QVERIFY(!store.ok() && store.error().code == ErrorCode::io);
        }
        QCOMPARE(::chmod(path().c_str(), 0755), 0);
    }

    void a_read_only_store_writes_nothing() {
        open_store(path())->create_run(example_run()).value();
        const auto opened = Store::open(path(), Access::read_only);
        VERIFY_OK(opened);
        Store& store = **opened;
        QVERIFY(store.access() == Access::read_only);
        QVERIFY(store.create_run(example_run()).error().code == ErrorCode::invalid_input);
        for (const Status& status :
             {store.set_run_state(1, RunState::failed, ""), store.rename_run(1, "x"),
              store.add_edit(1, {}), store.add_checkpoint(1, {.step = 1, .folder = "runs/1/a"}),
              store.remove_checkpoint(1, 1), store.remove_rows_after(1, 0)}) {
            QVERIFY(!status.ok() && status.error().code == ErrorCode::invalid_input);
            QVERIFY(status.error().message.find("read-only") != std::string::npos);
        }
        QVERIFY_THROWS_EXCEPTION(InvariantError, store.add_metrics(1, 1, {}, 1));
        QVERIFY_THROWS_EXCEPTION(InvariantError, store.add_completions(1, 1, {}));
        VERIFY_OK(store.flush());
        const auto runs = store.query([](StoreReader& reader) { return reader.runs(); }).get();
        COMPARE_TEXT(runs->at(0).name, "first");
    }

private:
    const fs::path& path() const { return folder_->path(); }
    fs::path database() const { return path() / database_name; }

    static void write(const fs::path& file) {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << "weights";
    }

    std::unique_ptr<TemporaryFolder> folder_;
};

PLUMB_REGISTER_TEST(TestStoreOpening)
#include "opening_test.moc"
