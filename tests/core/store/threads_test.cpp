// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <thread>

#include "store_test_data.h"

using namespace plumb;

/// Many threads on one store; meant for the thread sanitizer as well.
class TestStoreThreads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writers_readers_and_users_work_at_once() {
        constexpr int steps = 60, threads = 3;
        TemporaryFolder folder;
        auto store = open_store(folder.path());
        std::vector<RunId> runs;
        for (int i = 0; i < threads; ++i)
            runs.push_back(store->create_run(example_run(std::to_string(i))).value());

        std::atomic<int> failures = 0;
        std::atomic<bool> done = false;
        {
            std::vector<std::jthread> workers;
            for (const RunId run : runs) {
                workers.emplace_back([&, run] {
                    for (int step = 1; step <= steps; ++step) {
                        store->add_metrics(run, step, {{"a", step}, {"b", -step}}, steps);
                        store->add_completions(run, step, {example_completion(0, "x")});
                        if (step % 10 == 0 && !store->flush()) ++failures;
                    }
                });
                workers.emplace_back([&, run] {
                    for (int i = 0; i < 5; ++i)
                        if (!store->add_edit(run, {i, "beta", "0", "1", "", 0})) ++failures;
                });
            }
            std::jthread asking([&] {
                while (!done) {
                    auto answer =
                        store->query([&](StoreReader& reader) { return reader.metrics(runs[0]); });
                    const auto metrics = answer.get();
                    if (!metrics) ++failures;
                    // A step is seen whole or not at all.
                    if (metrics)
                        for (const auto& [step, values] : *metrics)
                            if (values.size() != 2) ++failures;
                }
            });
            std::jthread reading([&] {
                auto reader = open_reader(folder.path());
                while (!done)
                    if (!reader->completions(runs[1], {.search = "x", .limit = 10})) ++failures;
            });
            for (auto& worker : workers) worker.join();
            done = true;
        }
        VERIFY_OK(store->flush());
        QCOMPARE(failures.load(), 0);
        auto reader = open_reader(folder.path());
        for (const RunId run : runs) {
            QCOMPARE(reader->metrics(run)->size(), std::size_t{steps});
            QCOMPARE(reader->completions(run, {})->size(), std::size_t{steps});
            QCOMPARE(reader->edits(run)->size(), std::size_t{5});
        }
    }
};

PLUMB_REGISTER_TEST(TestStoreThreads)
#include "threads_test.moc"
