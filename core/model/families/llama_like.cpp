// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/families/llama_like.h"

#include <nlohmann/json.hpp>

namespace plumb::llama_like {

using nlohmann::ordered_json;

void read(ConfigKeys& keys, ModelConfig& config) {
    std::string activation = "silu";
    keys.text("hidden_act", activation);
    if (activation != "silu")
        keys.fail("hidden_act \"" + activation + "\" is not supported; silu is");
    keys.required_integer("vocab_size", config.vocab_size);
    keys.required_integer("hidden_size", config.hidden_size);
    keys.required_integer("intermediate_size", config.intermediate_size);
    keys.required_integer("num_hidden_layers", config.num_hidden_layers);
    keys.required_integer("num_attention_heads", config.num_attention_heads);
    if (config.num_key_value_heads == 0) config.num_key_value_heads = config.num_attention_heads;
    keys.integer("num_key_value_heads", config.num_key_value_heads);
    if (config.head_dim == 0 && config.num_attention_heads > 0)
        config.head_dim = config.hidden_size / config.num_attention_heads;
    keys.integer("head_dim", config.head_dim);
    keys.integer("max_position_embeddings", config.max_position_embeddings);
    config.norm_eps = 1e-6;  // transformers' default where the key is missing
    keys.number("rms_norm_eps", config.norm_eps);
    keys.boolean("tie_word_embeddings", config.tie_word_embeddings);
    read_rope(keys, config);
}

void write(const ModelConfig& config, ordered_json& object) {
    object["attention_dropout"] = 0.0;
    object["head_dim"] = config.head_dim;
    object["hidden_act"] = "silu";
    object["hidden_size"] = config.hidden_size;
    object["intermediate_size"] = config.intermediate_size;
    object["max_position_embeddings"] = config.max_position_embeddings;
    object["num_attention_heads"] = config.num_attention_heads;
    object["num_hidden_layers"] = config.num_hidden_layers;
    object["num_key_value_heads"] = config.num_key_value_heads;
    object["rms_norm_eps"] = config.norm_eps;
    object["tie_word_embeddings"] = config.tie_word_embeddings;
    write_rope(config, object);
}

void read_rope(ConfigKeys& keys, ModelConfig& config) {
    keys.number("rope_theta", config.rope_theta);
    const bool newer = keys.has("rope_parameters");
    const char* name = newer ? "rope_parameters" : "rope_scaling";
    if (!keys.has(name)) return;

    ConfigKeys rope = keys.within(name);
    rope.number("rope_theta", config.rope_theta);
    std::string type = "default";
    rope.text("type", type);
    rope.text("rope_type", type);
    rope.number("partial_rotary_factor", config.partial_rotary_factor);
    if (type == "llama3") {
        RopeScaling scaling;
        rope.number("factor", scaling.factor);
        rope.number("low_freq_factor", scaling.low_freq_factor);
        rope.number("high_freq_factor", scaling.high_freq_factor);
        rope.integer("original_max_position_embeddings", scaling.original_max_position_embeddings);
        config.rope_scaling = scaling;
    } else if (type != "default") {
        rope.fail("rope_type \"" + type + "\" is not supported; default and llama3 are");
    }
    keys.take(rope);
}

void write_rope(const ModelConfig& config, ordered_json& object) {
    ordered_json rope = {{"rope_theta", config.rope_theta}, {"rope_type", "default"}};
    if (config.rope_scaling) {
        const RopeScaling& scaling = *config.rope_scaling;
        rope = {{"factor", scaling.factor},
                {"high_freq_factor", scaling.high_freq_factor},
                {"low_freq_factor", scaling.low_freq_factor},
                {"original_max_position_embeddings", scaling.original_max_position_embeddings},
                {"rope_theta", config.rope_theta},
                {"rope_type", "llama3"}};
    }
    object["rope_scaling"] = config.rope_scaling ? rope : ordered_json(nullptr);
    if (config.partial_rotary_factor != 1.0)
        rope["partial_rotary_factor"] = config.partial_rotary_factor;
    object["rope_parameters"] = rope;
    object["rope_theta"] = config.rope_theta;
}

std::vector<FileTensor> tensors(const ModelConfig& c) {
    using enum Parameter;
    const std::int64_t q = c.attention_columns(), kv = c.num_key_value_heads * c.head_dim;
    const std::int64_t mlp = c.intermediate_size;
    std::vector<FileTensor> all = {{"model.embed_tokens.weight", embedding, 0, 0, c.vocab_size},
                                   {"model.norm.weight", norm, 0, 0, c.hidden_size}};
    if (c.score_head)
        all.push_back({"score.weight", head, 0, 0, 1});
    else if (!c.tie_word_embeddings)
        all.push_back({"lm_head.weight", head, 0, 0, c.vocab_size});
    for (std::int64_t i = 0; i < c.num_hidden_layers; ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + ".";
        const auto add = [&](const std::string& name, Parameter parameter, std::int64_t first_row,
                             std::int64_t rows) {
            all.push_back({prefix + name, parameter, i, first_row, rows});
        };
        add("input_layernorm.weight", input_norm, 0, c.hidden_size);
        add("self_attn.q_proj.weight", qkv, 0, q);
        add("self_attn.k_proj.weight", qkv, q, kv);
        add("self_attn.v_proj.weight", qkv, q + kv, kv);
        if (c.qkv_bias) {
            add("self_attn.q_proj.bias", qkv_bias, 0, q);
            add("self_attn.k_proj.bias", qkv_bias, q, kv);
            add("self_attn.v_proj.bias", qkv_bias, q + kv, kv);
        }
        if (c.qk_norm) {
            add("self_attn.q_norm.weight", q_norm, 0, c.head_dim);
            add("self_attn.k_norm.weight", k_norm, 0, c.head_dim);
        }
        add("self_attn.o_proj.weight", output, 0, c.hidden_size);
        if (c.output_bias) add("self_attn.o_proj.bias", output_bias, 0, c.hidden_size);
        add("post_attention_layernorm.weight", post_norm, 0, c.hidden_size);
        add("mlp.gate_proj.weight", gate_up, 0, mlp);
        add("mlp.up_proj.weight", gate_up, mlp, mlp);
        add("mlp.down_proj.weight", down, 0, c.hidden_size);
        if (c.mlp_bias) {
            add("mlp.gate_proj.bias", gate_up_bias, 0, mlp);
            add("mlp.up_proj.bias", gate_up_bias, mlp, mlp);
            add("mlp.down_proj.bias", down_bias, 0, c.hidden_size);
        }
    }
    return all;
}

bool is_constant(std::string_view name) { return name.ends_with("rotary_emb.inv_freq"); }

}  // namespace plumb::llama_like
