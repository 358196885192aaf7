// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_inference.h"

namespace plumb::cli {

int report_answer(const Error& error) {
    if (error.code != ErrorCode::cancelled) return report(error);
    return stop_requests() > 0 ? signal_exit_code() : 1;
}

void CountDisplay::show(std::int64_t done, std::int64_t total) {
    constexpr auto interval = std::chrono::seconds(2);
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_at_ < interval) return;
    shown_at_ = now;
    tell(what_ + " " + std::to_string(done) + " of " + std::to_string(total));
}

}  // namespace plumb::cli
