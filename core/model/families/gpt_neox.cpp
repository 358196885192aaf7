// SPDX-License-Identifier: GPL-3.0-or-later
// GPT-NeoX, and Pythia: a part of each head rotates, attention and MLP stand side by side, q, k and
// v are interleaved by head in files.
#include <nlohmann/json.hpp>

#include "model/families/all.h"
#include "model/families/gelu_names.h"
#include "model/families/llama_like.h"

namespace plumb {
namespace {

void read(ConfigKeys& keys, ModelConfig& config) {
    config.norm = NormKind::layer;
    config.mlp_bias = true;
    config.mlp = read_gelu(keys, "hidden_act", "gelu");
    keys.required_integer("vocab_size", config.vocab_size);
    keys.required_integer("hidden_size", config.hidden_size);
    keys.required_integer("intermediate_size", config.intermediate_size);
    keys.required_integer("num_hidden_layers", config.num_hidden_layers);
    keys.required_integer("num_attention_heads", config.num_attention_heads);
    config.num_key_value_heads = config.num_attention_heads;
    if (config.num_attention_heads > 0) {
        if (config.hidden_size % config.num_attention_heads != 0)
            keys.fail("hidden_size must be a multiple of num_attention_heads");
        config.head_dim = config.hidden_size / config.num_attention_heads;
    }
    keys.integer("max_position_embeddings", config.max_position_embeddings);
    keys.number("layer_norm_eps", config.norm_eps);
    bool attention_bias = true;
    keys.boolean("attention_bias", attention_bias);
    config.qkv_bias = config.output_bias = attention_bias;
    config.parallel_residual = true;
    keys.boolean("use_parallel_residual", config.parallel_residual);
    keys.boolean("tie_word_embeddings", config.tie_word_embeddings);
    config.partial_rotary_factor = 0.25;
    keys.number("rotary_pct", config.partial_rotary_factor);
    keys.number("rotary_emb_base", config.rope_theta);
    llama_like::read_rope(keys, config);
}

void write(const ModelConfig& config, nlohmann::ordered_json& object) {
    object["attention_bias"] = config.qkv_bias;
    object["attention_dropout"] = object["hidden_dropout"] = object["classifier_dropout"] = 0.0;
    object["hidden_act"] = config.mlp == MlpKind::gelu ? "gelu" : "gelu_new";
    object["hidden_size"] = config.hidden_size;
    object["intermediate_size"] = config.intermediate_size;
    object["layer_norm_eps"] = config.norm_eps;
    object["max_position_embeddings"] = config.max_position_embeddings;
    object["num_attention_heads"] = config.num_attention_heads;
    object["num_hidden_layers"] = config.num_hidden_layers;
    object["rotary_emb_base"] = config.rope_theta;
    object["rotary_pct"] = config.partial_rotary_factor;
    object["tie_word_embeddings"] = config.tie_word_embeddings;
    object["use_parallel_residual"] = config.parallel_residual;
    llama_like::write_rope(config, object);
}

std::vector<FileTensor> tensors(const ModelConfig& c) {
    using enum Parameter;
    const std::int64_t hidden = c.hidden_size;
    std::vector<FileTensor> all = {{"gpt_neox.embed_in.weight", embedding, 0, 0, c.vocab_size},
                                   {"gpt_neox.final_layer_norm.weight", norm, 0, 0, hidden},
                                   {"gpt_neox.final_layer_norm.bias", norm_bias, 0, 0, hidden}};
    if (c.score_head)
        all.push_back({"score.weight", head, 0, 0, 1});
    else if (!c.tie_word_embeddings)
        all.push_back({"embed_out.weight", head, 0, 0, c.vocab_size});
    for (std::int64_t i = 0; i < c.num_hidden_layers; ++i) {
        const std::string prefix = "gpt_neox.layers." + std::to_string(i) + ".";
        const auto add = [&](const std::string& name, Parameter weight, Parameter bias,
                             std::int64_t rows, FileLayout layout = FileLayout::rows) {
            all.push_back({prefix + name + ".weight", weight, i, 0, rows, layout});
            if (!parameter_shape(c, bias).empty())
                all.push_back({prefix + name + ".bias", bias, i, 0, rows, layout});
        };
        add("input_layernorm", input_norm, input_norm_bias, hidden);
        add("post_attention_layernorm", post_norm, post_norm_bias, hidden);
        add("attention.query_key_value", qkv, qkv_bias, c.qkv_columns(),
            FileLayout::heads_interleaved);
        add("attention.dense", output, output_bias, hidden);
        add("mlp.dense_h_to_4h", gate_up, gate_up_bias, c.mlp_columns());
        add("mlp.dense_4h_to_h", down, down_bias, hidden);
    }
    return all;
}

/// The causal mask and the frequencies, which older files carry in each layer.
bool is_constant(std::string_view name) {
    return name.ends_with(".attention.bias") || name.ends_with(".attention.masked_bias") ||
           llama_like::is_constant(name);
}

}  // namespace

const Family gpt_neox_family = {
    ModelFamily::gpt_neox,
    "gpt_neox",
    "GPT-NeoX",
    "GPTNeoXForCausalLM",
    "GPTNeoXForSequenceClassification",
    "GPTNeoXModel",
    "gpt_neox.",
    "embed_out.weight",
    read,
    write,
    tensors,
    is_constant,
};

}  // namespace plumb
