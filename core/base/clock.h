// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace plumb {

/// Seconds of a clock that never goes back; only differences mean something.
inline double monotonic_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Milliseconds since 1970, UTC: what the workspace stores as a time.
inline std::int64_t unix_milliseconds() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Measures the seconds since it was made or restarted.
class Stopwatch {
public:
    double seconds() const { return monotonic_seconds() - start_; }
    double restart() {
        const double passed = seconds();
        start_ += passed;
        return passed;
    }

private:
    double start_ = monotonic_seconds();
};

}  // namespace plumb
