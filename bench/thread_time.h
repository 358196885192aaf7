// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>

/// What this thread has had of the processor, in milliseconds: other programs do not count.
inline double threadMilliseconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}
