// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/families/family.h"
#include "model/lora.h"
#include "model/safetensors.h"

namespace plumb {

/// PEFT's names: prefix + module + suffix.
inline constexpr std::string_view adapter_prefix = "base_model.model.",
                                  lora_a_suffix = ".lora_A.weight",
                                  lora_b_suffix = ".lora_B.weight";

/// Which modules of a model an adapter has, before there is memory for it.
struct AdapterPlan {
    LoraConfig config;  ///< with the targets' names and all modules_to_save
    struct Module {
        std::int64_t rank;
        double alpha;
    };
    std::map<std::string, Module> low_rank;  ///< by module
    std::vector<FileTensor> whole;
};

/// The plan of a new adapter on a model of this shape. Errors name the setting and the module.
Result<AdapterPlan> plan_adapter(const ModelConfig& model, const LoraConfig& config);
/// That of a saved one: ranks follow from the tensors. alphas: of modules with their own.
Result<AdapterPlan> plan_adapter(const ModelConfig& model, const LoraConfig& config,
                                 const std::map<std::string, double>& alphas,
                                 const TensorMap& tensors, const std::string& origin);

/// All tensors of the model's files; a tied head counts as one of its own, since an adapter may
/// replace or adapt it.
std::vector<FileTensor> adaptable_tensors(const ModelConfig& model);
/// The weights of linear layers, under the names of their modules, the head of logits last among
/// those that "all-linear" leaves out.
std::vector<FileTensor> linear_modules(const ModelConfig& model);

/// What is trained of the model with such an adapter, for forecasts.
struct AdapterSize {
    std::int64_t elements = 0;  ///< of the flat buffer, with its gaps
    /// The sums of ranks at the fused matrices of a layer (its first one).
    std::int64_t qkv = 0, output = 0, gate_up = 0, down = 0;
    bool head = false;  ///< whether the head is trained, as a whole or by ranks
};
AdapterSize adapter_size(const ModelConfig& model, const AdapterPlan& plan);

/// PEFT may save the base's own weights beside the adapter.
bool is_copy_of_the_base(const std::string& name);

}  // namespace plumb
