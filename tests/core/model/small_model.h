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
