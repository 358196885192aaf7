// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/families/family.h"

/// What Llama and those after its pattern share.
namespace plumb::llama_like {

/// Sizes, RMSNorm, rotary positions and tied embeddings. The defaults are those of the family.
void read(ConfigKeys& keys, ModelConfig& config);
void write(const ModelConfig& config, nlohmann::ordered_json& object);

/// rope_parameters of newer files, else rope_theta and rope_scaling.
void read_rope(ConfigKeys& keys, ModelConfig& config);
void write_rope(const ModelConfig& config, nlohmann::ordered_json& object);

/// model.layers.0.self_attn.q_proj.weight and so on, of whatever the configuration has.
std::vector<FileTensor> tensors(const ModelConfig& config);
bool is_constant(std::string_view name);

}  // namespace plumb::llama_like
