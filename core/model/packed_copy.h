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
    std::shared_ptr<const PackedDecoder> weights;
    std::int64_t version = -1;  // of the flat buffer when they were packed
};

}  // namespace plumb
