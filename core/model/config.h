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

/// Who published the architecture: its keys of config.json and the names of its tensors, see
/// families/family.h. What it computes is said by the features below alone.
enum class ModelFamily { llama, mistral, qwen2, qwen3, gpt2, gpt_neox };

/// How numbers are kept and computed. Files may have any of them, whatever a model is read into.
enum class WeightType { float32, bfloat16, float16 };

/// How a row is brought to one scale: divided by its root mean square (RMSNorm, Zhang and Sennrich,
/// 2019), or centred and divided by its deviation, with a bias (LayerNorm, Ba et al., 2016).
enum class NormKind { rms, layer };
/// Positions as rotations of q and k (Su et al., 2021), or as learned rows added to the embedding.
enum class PositionKind { rotary, learned };
/// silu(gate) * up (Shazeer, 2020), or one matrix and GELU (Hendrycks and Gimpel, 2016): exact, or
/// its tanh approximation.
enum class MlpKind { swiglu, gelu, gelu_tanh };

/// "bfloat16", as config.json names it.
const char* name_of(WeightType type);
/// Of one number.
std::int64_t bytes_of(WeightType type);

/// The shape of a decoder. Sizes have the names of Hugging Face's config.json (its newer families).
struct ModelConfig {
    ModelFamily family = ModelFamily::llama;
    WeightType dtype = WeightType::float32;
    std::int64_t vocab_size = 0;
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;
    std::int64_t num_hidden_layers = 0;
    std::int64_t num_attention_heads = 0;
    std::int64_t num_key_value_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t max_position_embeddings = 2048;

    NormKind norm = NormKind::rms;
    double norm_eps = 1e-5;
    PositionKind positions = PositionKind::rotary;
    double rope_theta = 10000.0;
    std::optional<RopeScaling> rope_scaling;
    double partial_rotary_factor = 1.0;  ///< the part of each head, from its start, that rotates
    MlpKind mlp = MlpKind::swiglu;
    bool qkv_bias = false;
    bool output_bias = false;  ///< of attention's output projection
    bool mlp_bias = false;     ///< of all of the MLP's projections
    bool qk_norm = false;      ///< RMSNorm of each head of q and k before they rotate
    /// Attention and MLP both read the block's input, and are added to it together.
    bool parallel_residual = false;
    /// A position sees so many: itself and those before it.
    std::optional<std::int64_t> sliding_window;
    /// Layers below it see everything in spite of sliding_window.
    std::int64_t first_window_layer = 0;
    bool tie_word_embeddings = false;
    /// One number a position in place of the vocabulary's logits: a reward or value model. In files
    /// sequence classification with one label.
    bool score_head = false;
    std::optional<std::int64_t> bos_token_id;
    std::vector<std::int64_t> eos_token_ids;
    std::optional<std::int64_t> pad_token_id;

    std::int64_t attention_columns() const { return num_attention_heads * head_dim; }
    std::int64_t qkv_columns() const {
        return (num_attention_heads + 2 * num_key_value_heads) * head_dim;
    }
    /// Columns of the MLP's first product: gate and up, or one.
    std::int64_t mlp_columns() const {
        return (mlp == MlpKind::swiglu ? 2 : 1) * intermediate_size;
    }
    /// Columns of a head that rotate; none where positions are learned.
    std::int64_t rotary_dim() const {
        if (positions == PositionKind::learned) return 0;
        return static_cast<std::int64_t>(static_cast<double>(head_dim) * partial_rotary_factor);
    }
    /// How many positions a position of this layer sees; 0: all before it.
    std::int64_t window_of(std::int64_t layer) const {
        return layer >= first_window_layer ? sliding_window.value_or(0) : 0;
    }
    /// A matrix of its own behind the last layer, rather than the embedding once more.
    bool has_own_head() const { return score_head || !tie_word_embeddings; }
};

/// Whether a model of this shape can be built; the error names the key and what it must be.
Status check_model_config(const ModelConfig& config);

/// Reads config.json (older and newer keys: rope_theta / rope_scaling / torch_dtype, or
/// rope_parameters / dtype). What this program cannot run is an error that names the key.
Result<ModelConfig> read_model_config(const std::filesystem::path& folder);
/// Writes config.json and generation_config.json as transformers reads them.
Status write_model_config(const ModelConfig& config, const std::filesystem::path& folder);

}  // namespace plumb
