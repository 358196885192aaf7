// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>

#include "store_test_data.h"
#include "test_child.h"

using namespace plumb;

namespace {

/// Holds the workspace and adds steps until it is killed; prints each one that is committed.
int hold_workspace(const std::vector<std::string>& arguments) {
    auto store = open_store(arguments.at(0));
    const RunId run = store->create_run(example_run("of the other process")).value();
    for (int step = 1;; ++step) {
        store->add_metrics(run, step, {{"loss", step}}, 1000000);
        store->add_completions(run, step, {example_completion(0, "42")});
        if (!store->flush()) return 1;
        std::cout << step << std::endl;
    }
}
PLUMB_REGISTER_CHILD("hold-workspace", hold_workspace)

}  // namespace

/// Two programs on one workspace.
class TestStoreProcesses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_second_writer_is_told_who_holds_the_workspace() {
        TemporaryFolder folder;
        QVERIFY(!workspace_holder(folder.path()));
        ChildProcess child("hold-workspace", {folder.path().string()});
        QVERIFY(child.read_line().has_value());
        const std::string process = "(process " + std::to_string(child.pid()) + ")";

        const auto second = Store::open(folder.path(), Access::read_write);
        QVERIFY(!second.ok() && second.error().code == ErrorCode::busy);
        for (const std::string& part :
             {process, std::string("test-child"), std::string("read-only"), folder.path().string()})
            QVERIFY2(second.error().message.find(part) != std::string::npos,
                     second.error().message.c_str());
        const auto holder = workspace_holder(folder.path());
        QVERIFY(holder && holder->find(process) != std::string::npos);

        // However the holder ends, the workspace is free.
        child.kill();
        QVERIFY(!workspace_holder(folder.path()));
        VERIFY_OK(Store::open(folder.path(), Access::read_write));
    }

    void one_program_cannot_open_it_twice_either() {
        TemporaryFolder folder;
        auto store = open_store(folder.path());
        const auto second = Store::open(folder.path(), Access::read_write);
        QVERIFY(!second.ok() && second.error().code == ErrorCode::busy);
        store.reset();
        VERIFY_OK(Store::open(folder.path(), Access::read_write));
    }

    void readers_follow_a_writer() {
        TemporaryFolder folder;
        ChildProcess child("hold-workspace", {folder.path().string()});
        QVERIFY(child.read_line().has_value());
        const auto opened = Store::open(folder.path(), Access::read_only);
        VERIFY_OK(opened);
        auto reader = open_reader(folder.path());
        for (int i = 0; i < 20; ++i) {
            const auto line = child.read_line();
            QVERIFY(line.has_value());
            const std::size_t flushed = std::stoul(*line);
            const auto points = reader->metric(1, "loss");
            VERIFY_OK(points);
            QVERIFY(points->size() >= flushed);
            const auto runs = (*opened)->query([](StoreReader& r) { return r.runs(); }).get();
            VERIFY_OK(runs);
            COMPARE_TEXT(runs->at(0).name, "of the other process");
            // A reader changes nothing: the run is still the writer's.
            QVERIFY(runs->at(0).state == RunState::running);
        }
    }

    void a_started_program_does_not_inherit_the_lock() {
        TemporaryFolder folder;
        auto store = open_store(folder.path());
        TemporaryFolder other;
        ChildProcess child("hold-workspace", {other.path().string()});
        QVERIFY(child.read_line().has_value());
        store.reset();
        VERIFY_OK(Store::open(folder.path(), Access::read_write));
    }
};

PLUMB_REGISTER_TEST(TestStoreProcesses)
#include "processes_test.moc"
