// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/config.h"

/// A shape with grouped heads and sizes that are no multiples of a vector register.
inline plumb::ModelConfig small_model_config() {
    plumb::ModelConfig config;
    config.vocab_size = 37;
    config.hidden_size = 24;
    config.intermediate_size = 40;
    config.num_hidden_layers = 2;
    config.num_attention_heads = 4;
    config.num_key_value_heads = 2;
    config.head_dim = 6;
    config.max_position_embeddings = 128;
    config.eos_token_ids = {1};
    config.pad_token_id = 0;
    return config;
}

/// The same with the features of a family, every one that its files can ask for.
inline plumb::ModelConfig small_config_of(plumb::ModelFamily family) {
    using namespace plumb;
    ModelConfig config = small_model_config();
    config.family = family;
    switch (family) {
        case ModelFamily::llama:
            config.qkv_bias = config.output_bias = config.mlp_bias = true;
            config.rope_scaling = RopeScaling{4.0, 1.5, 3.0, 64};
            break;
        case ModelFamily::mistral: config.sliding_window = 5; break;
        case ModelFamily::qwen2:
            config.qkv_bias = true;
            config.tie_word_embeddings = true;
            config.sliding_window = 7;
            config.first_window_layer = 1;
            break;
        case ModelFamily::qwen3:
            config.qk_norm = true;
            config.head_dim = 10;
            config.tie_word_embeddings = true;
            break;
        case ModelFamily::gpt2:
            config.norm = NormKind::layer;
            config.positions = PositionKind::learned;
            config.mlp = MlpKind::gelu_tanh;
            config.qkv_bias = config.output_bias = config.mlp_bias = true;
            config.num_key_value_heads = 4;
            config.tie_word_embeddings = true;
            break;
        case ModelFamily::gpt_neox:
            config.norm = NormKind::layer;
            config.mlp = MlpKind::gelu;
            config.qkv_bias = config.output_bias = config.mlp_bias = true;
            config.num_key_value_heads = 4;
            config.hidden_size = 32;
            config.head_dim = 8;
            config.partial_rotary_factor = 0.5;
            config.parallel_residual = true;
            break;
    }
    return config;
}

struct NamedFamily {
    const char* name;
    plumb::ModelFamily family;
};
inline constexpr NamedFamily all_families[] = {
    {"llama", plumb::ModelFamily::llama}, {"mistral", plumb::ModelFamily::mistral},
    {"qwen2", plumb::ModelFamily::qwen2}, {"qwen3", plumb::ModelFamily::qwen3},
    {"gpt2", plumb::ModelFamily::gpt2},   {"gpt_neox", plumb::ModelFamily::gpt_neox},
};
