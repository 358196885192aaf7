// SPDX-License-Identifier: GPL-3.0-or-later
// Mistral: Llama's form, with a sliding window in all layers of its first version.
#include <nlohmann/json.hpp>

#include "model/families/all.h"
#include "model/families/llama_like.h"

namespace plumb {
namespace {

void read(ConfigKeys& keys, ModelConfig& config) {
    config.num_key_value_heads = 8;  // transformers' defaults
    config.max_position_embeddings = 131072;
    llama_like::read(keys, config);
    // Null says that there is no window; a missing key asks for the default.
    if (!keys.is_there("sliding_window"))
        config.sliding_window = 4096;
    else if (keys.has("sliding_window"))
        keys.integer("sliding_window", config.sliding_window.emplace());
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    llama_like::write(config, object);
    object["sliding_window"] = config.sliding_window
                                   ? nlohmann::ordered_json(*config.sliding_window)
                                   : nlohmann::ordered_json(nullptr);
}

}  // namespace

const Family mistral_family = {
    ModelFamily::mistral,
    "mistral",
    "Mistral",
    "MistralForCausalLM",
    "MistralForSequenceClassification",
    "MistralModel",
    "model.",
    "lm_head.weight",
    read,
    write,
    llama_like::tensors,
    llama_like::is_constant,
};

}  // namespace plumb
