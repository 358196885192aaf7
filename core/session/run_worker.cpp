// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_worker.h"

#include <exception>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <c10/util/Exception.h>

#include "base/log.h"
#include "config/yaml.h"

namespace plumb {

void lower_thread_priority() {
    const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
    if (::setpriority(PRIO_PROCESS, thread, 5) != 0)
        log_debug("the priority of a worker thread could not be lowered");
}

Status catch_everything(const std::function<Status()>& work) {
    try {
        return work();
    } catch (const c10::Error& problem) {
        return Error{ErrorCode::failed, problem.what_without_backtrace()};
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::failed,
                     "out of memory; lower per_device_train_batch_size or the lengths"};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::failed, problem.what()};
    }
}

void RunWorker::stop() {
    if (const auto active = control()) active->keep();
    if (thread_.joinable()) thread_.join();
}

void RunWorker::start(Job job) {
    if (thread_.joinable()) thread_.join();
    auto control = std::make_shared<RunControl>(job.inputs.settings);
    {
        std::lock_guard lock(mutex_);
        control_ = control;
        run_ = job.run;
    }
    thread_ = std::jthread([this, job = std::move(job), control] { work(job, control); });
}

std::shared_ptr<RunControl> RunWorker::control() const {
    std::lock_guard lock(mutex_);
    return control_;
}

std::optional<RunId> RunWorker::active_run() const {
    std::lock_guard lock(mutex_);
    return control_ ? std::optional(run_) : std::nullopt;
}

void RunWorker::wait() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return control_ == nullptr; });
}

void RunWorker::work(Job job, std::shared_ptr<RunControl> control) {
    lower_thread_priority();
    set_log_file(store_.run_folder(job.run) / "log.txt");
    log_info((job.inputs.checkpoint ? "resuming" : "starting") + std::string(" with settings:\n") +
             write_differences(job.inputs.settings));
    StoreMonitor monitor(store_, job.run, *control, loan_, std::move(job.replay),
                         std::move(job.planned), emit_);
    Outcome outcome = Outcome::finished;
    const Status done = catch_everything([&]() -> Status {
        PLUMB_TRY(outcome, run_training(job.inputs, monitor));
        return {};
    });

    RunEnded ended{job.run, RunState::finished, monitor.step(), "", ErrorCode::failed};
    if (done) {
        if (outcome == Outcome::kept) ended.state = RunState::interrupted;
    } else if (control->aborted()) {
        ended.state = RunState::aborted;
        ended.code = ErrorCode::cancelled;
    } else {
        ended.state = RunState::failed;
        ended.code = done.error().code;
        ended.message = monitor.phase() + ", step " + std::to_string(monitor.step()) + ": " +
                        done.error().message;
        log_error(ended.message);
    }
    Status stored = store_.flush();
    // A resumed run that ended earlier than an attempt before it leaves none of that one's rows.
    if (stored && ended.state == RunState::finished)
        stored = store_.remove_rows_after(job.run, monitor.step());
    if (stored) stored = store_.set_run_state(job.run, ended.state, ended.message);
    if (!stored) {
        log_error("the end of the run could not be stored: " + stored.error().message);
        if (ended.message.empty()) ended.message = stored.error().message;
    }
    log_info("run " + std::to_string(job.run) + " " + to_string(ended.state));
    set_log_file({});
    {
        std::lock_guard lock(mutex_);
        control_ = nullptr;
    }
    idle_.notify_all();
    emit_(std::move(ended), true);
}

}  // namespace plumb
