// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/decoder.h"
#include "model/families/family.h"

namespace plumb {

/// What is trained beside a frozen model. As the model's own parameters, all of it are views of one
/// flat buffer: matrices first, then what takes no weight decay.
struct Decoder::Adapter {
    LoraConfig config;
    at::Tensor flat;
    std::int64_t decay_size = 0;
    struct Named {
        std::string name;  ///< PEFT's
        std::int64_t offset;
        std::vector<std::int64_t> sizes;
        bool heads_interleaved = false;  ///< in the file: FileLayout
    };
    std::vector<Named> tensors;
    /// A parameter of the model that the adapter has one of its own for.
    struct Replaced {
        FileTensor tensor;
        at::Tensor original;
    };
    std::vector<Replaced> replaced;
    std::uint64_t dropout_key = 0;
    mutable std::uint64_t passes = 0;  ///< with dropout, since the key was set

    bool holds(const at::Tensor& tensor) const { return tensor.is_alias_of(flat); }
};

}  // namespace plumb
