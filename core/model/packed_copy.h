// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "model/decoder.h"
#include "model/packed_decoder.h"

namespace plumb {

/// The packed parameters of one version of them.
struct Decoder::PackedCopy {
    std::mutex mutex;
    std::shared_ptr<PackedDecoder> weights;
    // Of the flat buffers when they were packed; -1: none.
    std::int64_t version = -1, adapter_version = -1;
};

}  // namespace plumb
