// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "model/config.h"

namespace plumb {

/// Elements up to whole 64 bytes, where each parameter of a flat buffer starts: products of one row
/// change bits with less.
inline std::int64_t aligned(std::int64_t elements, WeightType type = WeightType::float32) {
    const std::int64_t alignment = 64 / bytes_of(type);
    return (elements + alignment - 1) / alignment * alignment;
}

}  // namespace plumb
