// SPDX-License-Identifier: GPL-3.0-or-later
// Llama 1 to 3, SmolLM2 and others in its form.
#include <nlohmann/json.hpp>

#include "model/families/all.h"
#include "model/families/llama_like.h"

namespace plumb {
namespace {

void read(ConfigKeys& keys, ModelConfig& config) {
    llama_like::read(keys, config);
    bool attention_bias = false;
    keys.boolean("attention_bias", attention_bias);
    config.qkv_bias = config.output_bias = attention_bias;
    keys.boolean("mlp_bias", config.mlp_bias);
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    llama_like::write(config, object);
    object["attention_bias"] = config.qkv_bias;
    object["mlp_bias"] = config.mlp_bias;
}

}  // namespace

const Family llama_family = {
    ModelFamily::llama,
    "llama",
    "Llama",
    "LlamaForCausalLM",
    "LlamaForSequenceClassification",
    "LlamaModel",
    "model.",
    "lm_head.weight",
    read,
    write,
    llama_like::tensors,
    llama_like::is_constant,
};

}  // namespace plumb
