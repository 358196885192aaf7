// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace plumb {

/// The llama3 scaling of rotary frequencies (Llama 3.1).
struct RopeScaling {
    double factor = 8.0;
    double low_freq_factor = 1.0;
    double high_freq_factor = 4.0;
    std::int64_t original_max_position_embeddings = 8192;
};

/// The shape of a Llama-family decoder, with the names of Hugging Face's config.json.
struct ModelConfig {
    std::int64_t vocab_size = 0;
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;
    std::int64_t num_hidden_layers = 0;
    std::int64_t num_attention_heads = 0;
    std::int64_t num_key_value_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t max_position_embeddings = 2048;
    double rms_norm_eps = 1e-5;
    double rope_theta = 10000.0;
    std::optional<RopeScaling> rope_scaling;
    bool tie_word_embeddings = false;
    bool attention_bias = false;  ///< biases of the q, k, v and output projections
    bool mlp_bias = false;        ///< biases of the gate, up and down projections
    /// One number a position in place of the vocabulary's logits: a reward or value model. In files
    /// sequence classification with one label.
    bool score_head = false;
    std::optional<std::int64_t> bos_token_id;
    std::vector<std::int64_t> eos_token_ids;
    std::optional<std::int64_t> pad_token_id;
};

/// Whether a model of this shape can be built; the error names the key and what it must be.
Status check_model_config(const ModelConfig& config);

/// Reads config.json (older and newer keys: rope_theta / rope_scaling / torch_dtype, or
/// rope_parameters / dtype). What this program cannot run is an error that names the key.
Result<ModelConfig> read_model_config(const std::filesystem::path& folder);
/// Writes config.json and generation_config.json as transformers reads them.
Status write_model_config(const ModelConfig& config, const std::filesystem::path& folder);

}  // namespace plumb
