// SPDX-License-Identifier: GPL-3.0-or-later
// GPT-2: learned positions, LayerNorm, matrices that lie transposed in files (Conv1D).
#include <nlohmann/json.hpp>

#include "model/families/all.h"
#include "model/families/gelu_names.h"

namespace plumb {
namespace {

void read(ConfigKeys& keys, ModelConfig& config) {
    config.norm = NormKind::layer;
    config.positions = PositionKind::learned;
    config.qkv_bias = config.output_bias = config.mlp_bias = true;
    config.tie_word_embeddings = true;
    config.mlp = read_gelu(keys, "activation_function", "gelu_new");
    keys.required_integer("vocab_size", config.vocab_size);
    keys.required_integer("n_embd", config.hidden_size);
    keys.required_integer("n_layer", config.num_hidden_layers);
    keys.required_integer("n_head", config.num_attention_heads);
    config.num_key_value_heads = config.num_attention_heads;
    if (config.num_attention_heads > 0) {
        if (config.hidden_size % config.num_attention_heads != 0)
            keys.fail("n_embd must be a multiple of n_head");
        config.head_dim = config.hidden_size / config.num_attention_heads;
    }
    if (config.hidden_size > 0 && config.hidden_size < (std::int64_t{1} << 31))
        config.intermediate_size = 4 * config.hidden_size;
    keys.integer("n_inner", config.intermediate_size);
    config.max_position_embeddings = 1024;
    keys.integer("n_positions", config.max_position_embeddings);
    keys.number("layer_norm_epsilon", config.norm_eps);
    keys.boolean("tie_word_embeddings", config.tie_word_embeddings);
    keys.must_be("scale_attn_weights", true);
    keys.must_be("scale_attn_by_inverse_layer_idx", false);
    keys.must_be("add_cross_attention", false);
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    object["activation_function"] = config.mlp == MlpKind::gelu ? "gelu" : "gelu_new";
    object["attn_pdrop"] = object["embd_pdrop"] = object["resid_pdrop"] = 0.0;
    object["layer_norm_epsilon"] = config.norm_eps;
    object["n_ctx"] = object["n_positions"] = config.max_position_embeddings;
    object["n_embd"] = config.hidden_size;
    object["n_head"] = config.num_attention_heads;
    object["n_inner"] = config.intermediate_size;
    object["n_layer"] = config.num_hidden_layers;
    object["scale_attn_by_inverse_layer_idx"] = false;
    object["scale_attn_weights"] = true;
    object["tie_word_embeddings"] = config.tie_word_embeddings;
}

std::vector<FileTensor> tensors(const ModelConfig& c) {
    using enum Parameter;
    const std::int64_t hidden = c.hidden_size;
    std::vector<FileTensor> all = {
        {"transformer.wte.weight", embedding, 0, 0, c.vocab_size},
        {"transformer.wpe.weight", positions, 0, 0, c.max_position_embeddings},
        {"transformer.ln_f.weight", norm, 0, 0, hidden},
        {"transformer.ln_f.bias", norm_bias, 0, 0, hidden}};
    if (c.score_head)
        all.push_back({"score.weight", head, 0, 0, 1});
    else if (!c.tie_word_embeddings)
        all.push_back({"lm_head.weight", head, 0, 0, c.vocab_size});
    for (std::int64_t i = 0; i < c.num_hidden_layers; ++i) {
        const std::string prefix = "transformer.h." + std::to_string(i) + ".";
        const auto add = [&](const std::string& name, Parameter weight, Parameter bias,
                             std::int64_t rows, FileLayout layout) {
            all.push_back({prefix + name + ".weight", weight, i, 0, rows, layout});
            all.push_back({prefix + name + ".bias", bias, i, 0, rows});
        };
        add("ln_1", input_norm, input_norm_bias, hidden, FileLayout::rows);
        add("attn.c_attn", qkv, qkv_bias, c.qkv_columns(), FileLayout::transposed);
        add("attn.c_proj", output, output_bias, hidden, FileLayout::transposed);
        add("ln_2", post_norm, post_norm_bias, hidden, FileLayout::rows);
        add("mlp.c_fc", gate_up, gate_up_bias, c.mlp_columns(), FileLayout::transposed);
        add("mlp.c_proj", down, down_bias, hidden, FileLayout::transposed);
    }
    return all;
}

/// The causal mask, which older files carry in each layer.
bool is_constant(std::string_view name) {
    return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
}

}  // namespace

const Family gpt2_family = {
    ModelFamily::gpt2,
    "gpt2",
    "GPT-2",
    "GPT2LMHeadModel",
    "GPT2ForSequenceClassification",
    "GPT2Model",
    "transformer.",
    "lm_head.weight",
    read,
    write,
    tensors,
    is_constant,
};

}  // namespace plumb
