// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>

namespace plumb::ui {

/// How far work on another thread is. That thread writes, the GUI reads now and then.
struct Job {
    std::atomic<std::uint64_t> done{0}, total{0};
    std::stop_source stop;
};

}  // namespace plumb::ui
