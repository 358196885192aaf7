// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/writer.h"

#include <exception>
#include <iterator>

#include "base/check.h"
#include "base/log.h"
#include "base/strings.h"

namespace plumb {

Writer::Writer(std::unique_ptr<Connection> connection, std::chrono::milliseconds interval,
               std::size_t most_bytes)
    : connection_(std::move(connection)),
      row_writer_(*connection_),
      interval_(interval),
      most_bytes_(most_bytes),
      thread_([this] { loop(); }) {}

Writer::~Writer() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Writer::queue(RunRows rows) {
    const std::size_t size = size_in_bytes(rows);
    {
        std::lock_guard lock(mutex_);
        // Token data go with their completions; what is not stored of them is not missed.
        const auto* completions = std::get_if<CompletionRows>(&rows);
        const bool may_be_dropped = completions || std::holds_alternative<TokenRows>(rows);
        if (may_be_dropped && bytes_ + size > most_bytes_) {
            if (!dropped_ && completions)
                dropped_ = Error{ErrorCode::disk_full,
                                 "the completions of step " + std::to_string(completions->step) +
                                     " of run " + std::to_string(completions->run) +
                                     " were not stored: " + format_bytes(bytes_) +
                                     " wait already to be written to " +
                                     connection_->file.string() + "; free some space"};
            return;
        }
        if (rows_.empty()) due_ = std::chrono::steady_clock::now() + interval_;
        rows_.push_back(std::move(rows));
        bytes_ += size;
    }
    wake_.notify_all();
}

Status Writer::flush() {
    return wait_for([this]() -> Status {
        PLUMB_TRY_STATUS(commit_rows());
        std::lock_guard lock(mutex_);
        if (auto error = std::exchange(dropped_, std::nullopt)) return *std::move(error);
        return {};
    });
}

Status Writer::run(std::function<Status(Connection&)> work, Durability durability) {
    return wait_for([&]() -> Status {
        PLUMB_TRY_STATUS(commit_rows());
        return in_transaction(*connection_, durability, [&] { return work(*connection_); });
    });
}

Status Writer::wait_for(std::function<Status()> work) {
    std::future<Status> done;
    {
        std::lock_guard lock(mutex_);
        PLUMB_CHECK(!stopping_, "the store is being closed");
        done = jobs_.emplace_back(Job{std::move(work), {}}).done.get_future();
    }
    wake_.notify_all();
    return done.get();
}

void Writer::loop() {
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return stopping_ || !jobs_.empty(); };
    while (true) {
        if (rows_.empty())
            wake_.wait(lock, [&] { return has_work() || !rows_.empty(); });
        else
            wake_.wait_until(lock, due_, has_work);
        if (!jobs_.empty()) {
            Job job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            try {
                job.done.set_value(job.work());
            } catch (const std::exception& problem) {
                job.done.set_value(Error{ErrorCode::failed, problem.what()});
            }
        } else if (stopping_ || std::chrono::steady_clock::now() >= due_) {
            const bool last = stopping_;
            lock.unlock();
            const Status status = commit_rows();
            if (last) {
                if (!status)
                    log_error("the last rows of the run were lost: " + status.error().message);
                return;
            }
        } else {
            continue;
        }
        lock.lock();
    }
}

Status Writer::commit_rows() {
    std::deque<RunRows> batch;
    std::size_t bytes = 0;
    {
        std::lock_guard lock(mutex_);
        batch.swap(rows_);
        bytes = std::exchange(bytes_, 0);
    }
    if (batch.empty()) return {};
    std::optional<Error> refused;
    Status status;
    try {
        status = in_transaction(*connection_, Durability::program, [&]() -> Status {
            for (const RunRows& rows : batch)
                if (Status written = row_writer_.write(rows); !written && !refused)
                    refused = written.error();
            return {};
        });
    } catch (const std::exception& problem) {
        status = Error{ErrorCode::failed, problem.what()};
    }
    note_retry(status);
    std::lock_guard lock(mutex_);
    if (status) {
        if (refused && !dropped_) dropped_ = std::move(refused);
        return {};
    }
    row_writer_.forget_keys();
    // Back to the front, in their order: a later row of the same step must win.
    rows_.insert(rows_.begin(), std::make_move_iterator(batch.begin()),
                 std::make_move_iterator(batch.end()));
    bytes_ += bytes;
    due_ = std::chrono::steady_clock::now() + interval_;
    return status;
}

void Writer::note_retry(const Status& status) {
    if (!status && !failing_)
        log_warning("rows of the run wait in memory: " + status.error().message);
    if (status && failing_) log_info("the rows that waited in memory are written");
    failing_ = !status;
}

}  // namespace plumb
