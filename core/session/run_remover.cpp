// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_remover.h"

#include "base/clock.h"
#include "base/log.h"
#include "session/run_worker.h"
#include "session/session.h"

namespace plumb {

Result<std::vector<RunId>> runs_to_remove(StoreReader& reader, std::int64_t now_ms) {
    PLUMB_TRY(const auto runs, reader.runs(RunScope::all));
    std::vector<RunId> found;
    for (const RunRecord& run : runs) {
        const bool over =
            run.deleted_ms > 0 && now_ms - run.deleted_ms >= Session::deleted_runs_kept_ms;
        if (over || run.deleted_ms == run_being_removed) found.push_back(run.id);
    }
    return found;
}

RunRemover::RunRemover(Store& store, StoreMonitor::Emit emit)
    : store_(store), emit_(std::move(emit)) {
    if (store.access() == Access::read_write) {
        const auto found = store
                               .query([](StoreReader& reader) {
                                   return runs_to_remove(reader, unix_milliseconds());
                               })
                               .get();
        if (found) runs_.assign(found->begin(), found->end());
    }
    thread_ = std::jthread([this](std::stop_token stop) { loop(stop); });
}

RunRemover::~RunRemover() {
    thread_.request_stop();
    thread_.join();
}

void RunRemover::remove(const std::vector<RunId>& ids) {
    {
        std::lock_guard lock(mutex_);
        runs_.insert(runs_.end(), ids.begin(), ids.end());
    }
    wake_.notify_all();
}

void RunRemover::loop(std::stop_token stop) {
    lower_thread_priority();
    while (true) {
        RunId run = 0;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [this] { return !runs_.empty(); });
            if (stop.stop_requested()) return;
            run = runs_.front();
            runs_.pop_front();
        }
        const Status removed = store_.remove_run(run, stop);
        if (stop.stop_requested()) return;
        const std::string name = "run " + std::to_string(run);
        if (removed)
            log_info(name + " was removed for good");
        else
            log_warning(name + " was not removed: " + removed.error().message);
        emit_(RunRemoved{run, removed ? "" : removed.error().message}, true);
    }
}

}  // namespace plumb
