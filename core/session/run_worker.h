// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "session/events.h"
#include "session/policy_loan.h"
#include "session/run_control.h"
#include "session/store_monitor.h"
#include "train/run.h"

namespace plumb {

/// The thread that owns a run from its start to its end. Runs below the window's priority.
class RunWorker {
public:
    struct Job {
        RunId run = 0;
        RunInputs inputs;
        std::vector<EditRecord> replay;
        std::vector<PlannedEdit> planned;
    };

    RunWorker(Store& store, PolicyLoan& loan, StoreMonitor::Emit emit)
        : store_(store), loan_(loan), emit_(std::move(emit)) {}
    ~RunWorker() { stop(); }
    /// Tells a run to save itself and waits for it.
    void stop();

    /// Precondition: no run is active.
    void start(Job job);
    /// The control of the active run, or null.
    std::shared_ptr<RunControl> control() const;
    std::optional<RunId> active_run() const;
    void wait();

private:
    void work(Job job, std::shared_ptr<RunControl> control);

    Store& store_;
    PolicyLoan& loan_;
    const StoreMonitor::Emit emit_;
    mutable std::mutex mutex_;
    std::condition_variable idle_;
    std::shared_ptr<RunControl> control_;
    RunId run_ = 0;
    std::jthread thread_;
};

/// Lowers the calling thread's priority (nice 5), so that the window stays fluid. To be called
/// before the thread's first parallel region: the threads of that inherit it.
void lower_thread_priority();

/// Calls work(); whatever it throws becomes an Error that says what happened.
Status catch_everything(const std::function<Status()>& work);

}  // namespace plumb
