// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "session/run_plan.h"
#include "session/run_starter.h"
#include "session/session.h"

namespace plumb {

/// Starts the runs of the workspace's queue one after another, on a thread of its own: the next
/// when the one before has ended, however it ended. A run that was stopped so as to go on later
/// holds the queue, and so does an opening that finds runs in it. Any thread.
class RunQueue {
public:
    RunQueue(Store& store, RunStarter& starter, StoreMonitor::Emit emit);
    ~RunQueue() { stop(); }
    /// Starts no more runs.
    void stop();

    // As in Session.
    Result<QueueId> add(Settings settings, const std::string& name,
                        const std::vector<PlannedEdit>& edits);
    Result<std::vector<QueueId>> add_all(std::vector<RunPlan> plans);
    Result<QueueId> add_resume(RunId run);
    Status remove(const std::vector<QueueId>& ids);
    Status move(QueueId id, std::size_t place);
    /// These two wait for nothing.
    void hold();
    void go_on();
    QueueState state() const;

    /// The worker has no run any more.
    void run_ended(RunState state);

private:
    Result<QueueId> put(QueuedRun run);
    Status check_sources(const Settings& settings, const std::set<std::string>& waiting) const;
    void loop(std::stop_token stop);
    void start_next();
    /// Tells that the queue has changed, by so many runs.
    void tell(std::ptrdiff_t more, const std::string& problem = "");
    void set_held(bool held, const std::string& problem = "");

    Store& store_;
    RunStarter& starter_;
    const StoreMonitor::Emit emit_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    QueueState state_;
    bool look_ = false;  ///< something may have to be started
    std::jthread thread_;
};

}  // namespace plumb
