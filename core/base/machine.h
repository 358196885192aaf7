// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace plumb {

/// Bytes of memory that programs can have here: the machine's, or fewer where a container gives
/// less; 0 where the system does not tell.
std::uint64_t memory_limit_bytes();
inline double memory_limit_megabytes() { return static_cast<double>(memory_limit_bytes()) / 1e6; }

}  // namespace plumb
