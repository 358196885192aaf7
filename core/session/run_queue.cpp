// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_queue.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "config/yaml.h"
#include "session/named_sources.h"

namespace plumb {
namespace {

Result<std::vector<QueuedRun>> read_queue(Store& store) {
    return store.query([](StoreReader& reader) { return reader.queue(); }).get();
}

}  // namespace

RunQueue::RunQueue(Store& store, RunStarter& starter, StoreMonitor::Emit emit)
    : store_(store), starter_(starter), emit_(std::move(emit)) {
    if (const auto found = read_queue(store)) state_ = {found->size(), !found->empty()};
    thread_ = std::jthread([this](std::stop_token stop) { loop(stop); });
}

void RunQueue::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

Result<QueueId> RunQueue::add(Settings settings, const std::string& name,
                              const std::vector<PlannedEdit>& edits) {
    PLUMB_TRY(const auto ids, add_all({{name, std::move(settings), edits}}));
    return ids.front();
}

Result<std::vector<QueueId>> RunQueue::add_all(std::vector<RunPlan> plans) {
    PLUMB_TRY(const auto queued, read_queue(store_));
    std::set<std::string> waiting;
    for (const QueuedRun& run : queued) waiting.insert(run.name);
    std::vector<QueuedRun> runs;
    for (RunPlan& plan : plans) {
        // It may be started from elsewhere.
        resolve_paths(plan.settings, std::filesystem::current_path());
        const auto checked = [&]() -> Status {
            PLUMB_TRY_STATUS(starter_.check(plan.settings, plan.edits));
            return check_sources(plan.settings, waiting);
        }();
        if (!checked && plans.size() == 1) return checked.error();
        if (!checked)
            return Error{checked.error().code, plan.name + ": " + checked.error().message};
        QueuedRun& run = runs.emplace_back();
        run.name = plan.name.empty() ? default_name(plan.settings) : plan.name;
        run.algorithm = plan.settings.algorithm;
        run.settings = write_settings(plan.settings);
        run.edits = std::move(plan.edits);
        waiting.insert(run.name);
    }
    std::vector<QueueId> ids;
    for (QueuedRun& run : runs) {
        const auto id = store_.enqueue(std::move(run));
        if (!id) {
            if (!ids.empty()) (void)store_.dequeue(ids);
            return id.error();
        }
        ids.push_back(*id);
    }
    tell(std::ssize(ids));
    return ids;
}

Result<QueueId> RunQueue::add_resume(RunId id) {
    PLUMB_TRY(const RunRecord record,
              store_.query([id](StoreReader& reader) { return reader.run(id); }).get());
    if (!can_resume(record.state))
        return invalid_input("run " + std::to_string(id) + " (" + record.name + ") is " +
                             to_string(record.state) + "; there is nothing to resume");
    PLUMB_TRY(const auto queued, read_queue(store_));
    if (std::ranges::find(queued, std::optional(id), &QueuedRun::resumes) != queued.end())
        return invalid_input("run " + std::to_string(id) + " waits in the queue already");
    QueuedRun run;
    run.name = record.name;
    run.algorithm = record.algorithm;
    run.resumes = id;
    return put(std::move(run));
}

/// A name that means nothing now is told now, not when the run's turn comes; a checkpoint that is
/// missing yet may be there by then.
Status RunQueue::check_sources(const Settings& settings,
                               const std::set<std::string>& waiting) const {
    for (const NamedSource& source : named_sources(settings)) {
        const auto name = source.run_of(settings);
        if (name && waiting.contains(*name)) continue;
        const auto found = find_source(source, settings, store_.folder());
        if (found) continue;
        if (!name) return found.error();
        const auto run =
            store_.query([&](StoreReader& reader) { return reader.find_run(*name); }).get();
        // What a run has not got to yet it may have by then.
        if (run && !is_over(run->state) && found.error().code == ErrorCode::not_found) continue;
        return found.error();
    }
    return {};
}

Result<QueueId> RunQueue::put(QueuedRun run) {
    auto id = store_.enqueue(std::move(run));
    if (id) tell(1);
    return id;
}

Status RunQueue::remove(const std::vector<QueueId>& ids) {
    Status status = store_.dequeue(ids);
    if (status) tell(-static_cast<std::ptrdiff_t>(ids.size()));
    return status;
}

Status RunQueue::move(QueueId id, std::size_t place) {
    Status status = store_.move_queued(id, place);
    if (status) tell(0);
    return status;
}

void RunQueue::hold() { set_held(true); }
void RunQueue::go_on() { set_held(false); }

void RunQueue::set_held(bool held, const std::string& problem) {
    {
        std::lock_guard lock(mutex_);
        if (state_.held == held) return;
        state_.held = held;
    }
    tell(0, problem);
}

QueueState RunQueue::state() const {
    std::lock_guard lock(mutex_);
    return state_;
}

void RunQueue::run_ended(RunState state) {
    if (state == RunState::interrupted && this->state().waiting > 0) hold();
    {
        std::lock_guard lock(mutex_);
        look_ = true;
    }
    wake_.notify_all();
}

void RunQueue::tell(std::ptrdiff_t more, const std::string& problem) {
    QueueState state;
    {
        std::lock_guard lock(mutex_);
        state_.waiting += static_cast<std::size_t>(more);
        state = state_;
        look_ = true;
    }
    emit_(QueueChanged{0, static_cast<std::int64_t>(state.waiting), state.held, problem}, true);
    wake_.notify_all();
}

void RunQueue::loop(std::stop_token stop) {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [this] { return look_ && !state_.held; });
            if (stop.stop_requested()) return;
            look_ = false;
        }
        start_next();
    }
}

void RunQueue::start_next() {
    const auto found = read_queue(store_);
    if (found && found->empty()) return;
    const Status started = found ? starter_.start_queued(found->front()) : found.error();
    if (started) {
        tell(-1);
    } else if (started.error().code != ErrorCode::busy) {  // else the run's end wakes the queue
        log_error("the queue is held: " + started.error().message);
        set_held(true, started.error().message);
    }
}

}  // namespace plumb
