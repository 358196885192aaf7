// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "session/run_worker.h"
#include "store/store.h"

namespace plumb {

/// Puts a run together and hands it to the worker: a new one from settings, one that goes on from
/// its checkpoint, one from the queue. One start at a time; any thread.
class RunStarter {
public:
    RunStarter(Store& store, RunWorker& worker, std::filesystem::path cache,
               StoreMonitor::Emit emit)
        : store_(store), worker_(worker), cache_(std::move(cache)), emit_(std::move(emit)) {}

    /// What can be wrong with settings before a model is made, files included; edits must go with
    /// the settings as they stand when the run comes to them.
    Status check(const Settings& settings, const std::vector<PlannedEdit>& edits) const;

    /// A run that is going on already is ErrorCode::busy.
    Result<RunId> start(Settings settings, const std::string& name,
                        const std::vector<PlannedEdit>& edits);
    /// edits: see Session::resume.
    Result<RunId> resume(RunId run, const std::vector<PlannedEdit>& edits);
    /// Takes the run out of the queue and starts it. One that cannot be started becomes a failed
    /// run that says why, told like any other. An error means that it is in the queue still.
    Status start_queued(const QueuedRun& queued);

private:
    Status ready_for_a_run() const;
    Result<RunId> start_now(Settings settings, const std::string& name,
                            const std::vector<PlannedEdit>& edits, std::optional<QueueId> queued);
    Result<RunId> resume_now(RunId run, std::optional<QueueId> queued,
                             const std::vector<PlannedEdit>& edits);
    Status keep_failure(const QueuedRun& queued, const Error& reason);

    Store& store_;
    RunWorker& worker_;
    const std::filesystem::path cache_;
    const StoreMonitor::Emit emit_;
    std::mutex mutex_;
};

/// An error where the edit sets reward_refresh_file and the run cannot learn from it: it has no
/// learned reward, or the file has no pairs. settings: as the edit leaves them.
Status check_refresh(const std::string& key, const Settings& settings,
                     const std::filesystem::path& workspace);

/// What a run is called that nobody gave a name.
std::string default_name(const Settings& settings);

}  // namespace plumb
