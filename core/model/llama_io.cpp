// SPDX-License-Identifier: GPL-3.0-or-later
// Llama's parameters under Hugging Face's names, and checkpoints of them.
#include "base/check.h"
#include "model/llama.h"

namespace plumb {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/// Tensors that older checkpoints carry though they follow from others.
bool may_be_ignored(const std::string& name, bool tied) {
    return name.ends_with("rotary_emb.inv_freq") || (tied && name == "lm_head.weight");
}

}  // namespace

std::vector<Llama::Slice> Llama::slices() const {
    const ModelConfig& c = config_;
    const std::int64_t q = c.num_attention_heads * c.head_dim;
    const std::int64_t kv = c.num_key_value_heads * c.head_dim;
    const std::int64_t mlp = c.intermediate_size;
    std::vector<Slice> all = {{"model.embed_tokens.weight", &embedding_, 0, c.vocab_size},
                              {"model.norm.weight", &norm_, 0, c.hidden_size}};
    if (c.score_head)
        all.push_back({"score.weight", &head_, 0, 1});
    else if (!c.tie_word_embeddings)
        all.push_back({"lm_head.weight", &head_, 0, c.vocab_size});
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        const std::string prefix = "model.layers." + std::to_string(i) + ".";
        const auto add_projections = [&](const std::string& kind, const at::Tensor& qkv,
                                         const at::Tensor& output, const at::Tensor& gate_up,
                                         const at::Tensor& down) {
            if (qkv.defined()) {
                all.push_back({prefix + "self_attn.q_proj." + kind, &qkv, 0, q});
                all.push_back({prefix + "self_attn.k_proj." + kind, &qkv, q, kv});
                all.push_back({prefix + "self_attn.v_proj." + kind, &qkv, q + kv, kv});
                all.push_back({prefix + "self_attn.o_proj." + kind, &output, 0, c.hidden_size});
            }
            if (gate_up.defined()) {
                all.push_back({prefix + "mlp.gate_proj." + kind, &gate_up, 0, mlp});
                all.push_back({prefix + "mlp.up_proj." + kind, &gate_up, mlp, mlp});
                all.push_back({prefix + "mlp.down_proj." + kind, &down, 0, c.hidden_size});
            }
        };
        all.push_back({prefix + "input_layernorm.weight", &layer.input_norm, 0, c.hidden_size});
        all.push_back(
            {prefix + "post_attention_layernorm.weight", &layer.post_norm, 0, c.hidden_size});
        add_projections("weight", layer.qkv, layer.output, layer.gate_up, layer.down);
        add_projections("bias", layer.qkv_bias, layer.output_bias, layer.gate_up_bias,
                        layer.down_bias);
    }
    return all;
}

TensorMap Llama::named_tensors(bool gradients) const {
    PLUMB_CHECK(!gradients || flat_gradients_.defined(), "the model is frozen");
    TensorMap named;
    for (const Slice& slice : slices()) {
        const at::Tensor whole = gradients ? slice.parameter->grad() : slice.parameter->detach();
        named.emplace(slice.name, whole.narrow(0, slice.first_row, slice.rows));
    }
    return named;
}

Status Llama::load_tensors(const TensorMap& tensors, const std::string& origin) {
    const TensorMap own = named_tensors();
    for (const auto& [name, target] : own) {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            return invalid_input(origin + ": tensor " + name + " is missing");
        if (found->second.sizes() != target.sizes())
            return invalid_input(origin + ": tensor " + name + " has shape " +
                                 shape_text(found->second.sizes()) + ", config.json asks for " +
                                 shape_text(target.sizes()));
        if (!found->second.is_floating_point())
            return invalid_input(origin + ": tensor " + name + " holds whole numbers, not weights");
    }
    for (const auto& [name, tensor] : tensors)
        if (!own.contains(name) && !may_be_ignored(name, config_.tie_word_embeddings))
            return invalid_input(origin + ": tensor " + name +
                                 " belongs to no part of the model that config.json describes");
    for (const auto& [name, target] : own) target.copy_(tensors.at(name));
    return {};
}

Result<Llama> Llama::load(const std::filesystem::path& folder, at::Device device) {
    PLUMB_TRY(const ModelConfig config, read_model_config(folder));
    PLUMB_TRY(const TensorMap tensors, read_model_tensors(folder));
    Llama model(config, device);
    PLUMB_TRY_STATUS(model.load_tensors(tensors, folder.string()));
    return model;
}

Status Llama::save(const std::filesystem::path& folder) const {
    PLUMB_TRY_STATUS(write_model_config(config_, folder));
    return write_safetensors(folder / "model.safetensors", named_tensors());
}

}  // namespace plumb
