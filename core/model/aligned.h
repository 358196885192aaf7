// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace plumb {

/// Parameters in a flat buffer start at multiples of 64 bytes: one-row products change bits with
/// less.
inline std::int64_t aligned(std::int64_t elements) {
    constexpr std::int64_t alignment = 64 / sizeof(float);
    return (elements + alignment - 1) / alignment * alignment;
}

}  // namespace plumb
