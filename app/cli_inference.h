// SPDX-License-Identifier: GPL-3.0-or-later
// What commands share that ask the session's inference worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <string>

#include "cli_commands.h"
#include "cli_signals.h"
#include "session/session.h"

namespace plumb::cli {

/// Waits for the answer; Ctrl-C cancels the question.
template <class Reply>
Result<Reply> wait_for(Session& session, std::future<Result<Reply>> future) {
    bool cancelled = false;
    while (future.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
        if (stop_requests() == 0 || cancelled) continue;
        session.cancel_inference();
        cancelled = true;
    }
    return future.get();
}

int report_answer(const Error& error);

/// Tells people now and then how far something is: "scored 1200 of 5000".
class CountDisplay {
public:
    explicit CountDisplay(std::string what) : what_(std::move(what)) {}
    void show(std::int64_t done, std::int64_t total);

private:
    const std::string what_;
    std::chrono::steady_clock::time_point shown_at_ = std::chrono::steady_clock::now();
};

}  // namespace plumb::cli
