// SPDX-License-Identifier: GPL-3.0-or-later
// Qwen3: Llama's form, with normed heads of q and k, whose size is a key of its own.
#include <nlohmann/json.hpp>

#include "model/families/all.h"
#include "model/families/llama_like.h"
#include "model/families/qwen_window.h"

namespace plumb {
namespace {

void read(ConfigKeys& keys, ModelConfig& config) {
    config.num_key_value_heads = 32;  // transformers' defaults
    config.max_position_embeddings = 32768;
    config.head_dim = 128;
    config.qk_norm = true;
    llama_like::read(keys, config);
    bool attention_bias = false;
    keys.boolean("attention_bias", attention_bias);
    config.qkv_bias = config.output_bias = attention_bias;
    qwen_window::read(keys, config);
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    llama_like::write(config, object);
    object["attention_bias"] = config.qkv_bias;
    qwen_window::write(config, object);
}

}  // namespace

const Family qwen3_family = {
    ModelFamily::qwen3,
    "qwen3",
    "Qwen3",
    "Qwen3ForCausalLM",
    "Qwen3ForSequenceClassification",
    "Qwen3Model",
    "model.",
    "lm_head.weight",
    read,
    write,
    llama_like::tensors,
    llama_like::is_constant,
};

}  // namespace plumb
