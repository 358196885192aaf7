// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/llama.h"

namespace plumb {

/// What is trained beside a frozen model. As the model's own parameters, all of it are views of one
/// flat buffer: matrices first, then what takes no weight decay.
struct Llama::Adapter {
    LoraConfig config;
    at::Tensor flat;
    std::int64_t decay_size = 0;
    struct Named {
        std::string name;  ///< PEFT's
        std::int64_t offset;
        std::vector<std::int64_t> sizes;
    };
    std::vector<Named> tensors;
    /// Parameters of the model that the adapter's stand in for, by name.
    std::map<std::string, at::Tensor> replaced;
    std::uint64_t dropout_key = 0;
    mutable std::uint64_t passes = 0;  ///< with dropout, since the key was set

    bool holds(const at::Tensor& tensor) const { return tensor.is_alias_of(flat); }
};

/// Which modules an adapter has, before there is memory for it.
struct Llama::AdapterPlan {
    struct Module {
        std::int64_t rank;
        double alpha;
    };
    std::map<std::string, Module> low_rank;  ///< by module
    std::vector<std::string> whole;          ///< parameters such as "lm_head.weight"
};

}  // namespace plumb
