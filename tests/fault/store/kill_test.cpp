// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>
#include <set>
#include <sstream>

#include "base/files.h"
#include "base/random.h"
#include "core/store/store_test_data.h"
#include "test_child.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

constexpr int keys_of_a_step = 10;
constexpr int rows_of_a_step = 4;
constexpr int steps_between_checkpoints = 5;

std::string step_text(std::int64_t step) {
    return "the completion of step " + std::to_string(step);
}

/// As a run does: a temporary folder, flushed files, the rename, the row.
Status save_checkpoint(Store& store, RunId run, std::int64_t step) {
    const fs::path folder =
        store.run_folder(run) / "checkpoints" / ("step-" + std::to_string(step));
    const fs::path temporary = folder.string() + ".tmp";
    fs::create_directories(temporary);
    PLUMB_TRY_STATUS(write_file_atomic(temporary / "weights", std::string(100000, 'w')));
    PLUMB_TRY_STATUS(write_file_atomic(temporary / "complete", "yes"));
    PLUMB_TRY_STATUS(publish_folder(temporary, folder));
    return store.add_checkpoint(
        run, {.step = step, .folder = fs::relative(folder, store.folder()).string()});
}

Status one_step(Store& store, RunId run, std::int64_t step) {
    Metrics metrics;
    for (int key = 0; key < keys_of_a_step; ++key)
        metrics["key/" + std::to_string(key)] = static_cast<double>(step);
    store.add_metrics(run, step, metrics, 1000000);
    std::vector<CompletionRecord> rows;
    for (int row = 0; row < rows_of_a_step; ++row)
        rows.push_back(example_completion(row, step_text(step)));
    store.add_completions(run, step, rows);
    // Some steps are left to the commits of the interval.
    if (step % 3 == 0) {
        PLUMB_TRY_STATUS(store.flush());
        std::cout << "step " << step << std::endl;
    }
    if (step % steps_between_checkpoints != 0) return {};
    PLUMB_TRY_STATUS(save_checkpoint(store, run, step));
    std::cout << "checkpoint " << step << std::endl;
    if (step <= 2 * steps_between_checkpoints) return {};
    return store.remove_checkpoint(run, step - 2 * steps_between_checkpoints);
}

/// Trains, in a way: goes on from the last checkpoint, until it is killed. A second argument N
/// kills it in front of the N-th step of its durable writes.
int train_until_killed(const std::vector<std::string>& arguments) {
    static int writes_left = 0;
    if (arguments.size() > 1) {
        writes_left = std::stoi(arguments[1]);
        set_write_fault([](std::string_view) {
            if (--writes_left == 0) ::raise(SIGKILL);
            return 0;
        });
    }
    auto store = open_store(arguments.at(0));
    std::cout << "open" << std::endl;
    auto reader = open_reader(arguments.at(0));
    RunId run = 1;
    std::int64_t step = 0;
    if (reader->runs()->empty()) {
        run = store->create_run(example_run()).value();
        std::cout << "run " << run << std::endl;
    } else {
        const auto checkpoints = reader->checkpoints(run).value();
        if (!checkpoints.empty()) step = checkpoints.back().step;
        // Said first: from here on the steps after it may be gone.
        std::cout << "back " << step << std::endl;
        if (!store->remove_rows_after(run, step) ||
            !store->set_run_state(run, RunState::running, ""))
            return 1;
    }
    while (true)
        if (!one_step(*store, run, ++step)) return 1;
}
PLUMB_REGISTER_CHILD("train-until-killed", train_until_killed)

/// What the child said that it had written.
struct Promised {
    bool opened = false;
    bool run = false;
    std::int64_t step = 0;
    std::int64_t checkpoint = 0;

    void read(const std::string& line) {
        std::istringstream words(line);
        std::string what;
        std::int64_t number = 0;
        words >> what >> number;
        opened |= what == "open";
        run |= what == "run";
        if (what == "step") step = number;
        if (what == "back") step = number;
        if (what == "checkpoint") checkpoint = step = number;
    }
};

}  // namespace

/// Nothing that was said to be written is lost, and nothing is there by halves.
class TestStoreKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void killed_at_random_instants() {
        TemporaryFolder folder;
        Random random(20260101);
        Promised promised;
        for (int kill = 0; kill < 20; ++kill) {
            ChildProcess child("train-until-killed", {folder.path().string()});
            while (!read(child, promised, "open")) {
            }
            const auto end = std::chrono::steady_clock::now() +
                             std::chrono::microseconds(1000 + random.below(250000));
            while (std::chrono::steady_clock::now() < end)
                if (const auto line = child.read_line(std::chrono::milliseconds(1)))
                    promised.read(*line);
            child.kill();
            while (const auto line = child.read_line(std::chrono::milliseconds(100)))
                promised.read(*line);
            check(folder.path(), promised);
            if (QTest::currentTestFailed()) return;
        }
        QVERIFY2(promised.checkpoint >= 2 * steps_between_checkpoints, "the child came nowhere");
    }

    void killed_before_every_step_of_a_durable_write() {
        int kills = 0;
        for (int writes = 1; writes <= 50; ++writes) {
            TemporaryFolder folder;
            Promised promised;
            ChildProcess child("train-until-killed",
                               {folder.path().string(), std::to_string(writes)});
            while (const auto line = child.read_line()) promised.read(*line);
            QCOMPARE(child.wait(), 128 + SIGKILL);
            check(folder.path(), promised);
            if (QTest::currentTestFailed()) return;
            kills += promised.checkpoint > 0;
        }
        QVERIFY2(kills > 10, "no kill came after a checkpoint");
    }

private:
    static bool read(ChildProcess& child, Promised& promised, const std::string& wanted) {
        const auto line = child.read_line();
        if (!line) qFatal("the child ended by itself");
        promised.read(*line);
        return line->starts_with(wanted);
    }

    /// Opens the workspace as the next program does, and compares.
    static void check(const fs::path& workspace, const Promised& promised) {
        const auto store = Store::open(workspace, Access::read_write);
        VERIFY_OK(store);
        auto reader = open_reader(workspace);
        const auto runs = reader->runs().value();
        if (runs.empty()) {
            QVERIFY(!promised.run);
            return;
        }
        QVERIFY(runs[0].state == RunState::interrupted);
        check_steps(*reader, promised);
        check_checkpoints(workspace, *reader, promised);
    }

    static void check_steps(StoreReader& reader, const Promised& promised) {
        const auto metrics = reader.metrics(1).value();
        QVERIFY(static_cast<std::int64_t>(metrics.size()) >= promised.step);
        std::int64_t expected = 0;
        for (const auto& [step, values] : metrics) {
            QCOMPARE(step, ++expected);
            QCOMPARE(values.size(), std::size_t{keys_of_a_step});
            for (const auto& [key, value] : values) QCOMPARE(value, static_cast<double>(step));
        }
        QCOMPARE(reader.run(1)->step, expected);

        std::map<std::int64_t, std::size_t> rows;
        const auto completions = reader.completions(1, {}).value();
        for (const auto& row : completions) {
            COMPARE_TEXT(row.completion, step_text(row.step));
            ++rows[row.step];
        }
        for (const auto& [step, count] : rows) QCOMPARE(count, std::size_t{rows_of_a_step});
        // The completions of a step are queued after its metrics: its commit may lie between.
        QVERIFY(static_cast<std::int64_t>(rows.size()) >= promised.step);
        QVERIFY(expected - static_cast<std::int64_t>(rows.size()) <= 1);
    }

    static void check_checkpoints(const fs::path& workspace, StoreReader& reader,
                                  const Promised& promised) {
        const auto checkpoints = reader.checkpoints(1).value();
        if (promised.checkpoint > 0) {
            QVERIFY(!checkpoints.empty());
            QVERIFY(checkpoints.back().step >= promised.checkpoint);
        }
        std::set<fs::path> named;
        for (const auto& checkpoint : checkpoints) {
            named.insert(workspace / checkpoint.folder);
            QVERIFY(fs::exists(workspace / checkpoint.folder / "complete"));
            // Never without the steps that led to it.
            QVERIFY(reader.run(1)->step >= checkpoint.step);
        }
        std::set<fs::path> found;
        for (const auto& entry : fs::directory_iterator(workspace / "runs" / "1" / "checkpoints"))
            found.insert(entry.path());
        QCOMPARE(found, named);
    }
};

PLUMB_REGISTER_TEST(TestStoreKill)
#include "kill_test.moc"
