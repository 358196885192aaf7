// SPDX-License-Identifier: GPL-3.0-or-later
// Qwen2 and Qwen2.5: Llama's form, with biases of q, k and v.
#include <nlohmann/json.hpp>

#include "model/families/all.h"
#include "model/families/llama_like.h"
#include "model/families/qwen_window.h"

namespace plumb {
namespace {

void read(ConfigKeys& keys, ModelConfig& config) {
    config.num_key_value_heads = 32;  // transformers' defaults
    config.max_position_embeddings = 32768;
    llama_like::read(keys, config);
    config.qkv_bias = true;
    qwen_window::read(keys, config);
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    llama_like::write(config, object);
    qwen_window::write(config, object);
}

}  // namespace

const Family qwen2_family = {
    ModelFamily::qwen2,
    "qwen2",
    "Qwen2",
    "Qwen2ForCausalLM",
    "Qwen2ForSequenceClassification",
    "Qwen2Model",
    "model.",
    "lm_head.weight",
    read,
    write,
    llama_like::tensors,
    llama_like::is_constant,
};

}  // namespace plumb
