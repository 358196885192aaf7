// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/llama.h"

#include <cmath>

#include "base/check.h"
#include "base/random.h"
#include "model/memory_ledger.h"
#include "model/ops.h"
#include "model/packed_copy.h"

namespace plumb {
namespace {

constexpr std::int64_t alignment = 64 / sizeof(float);  // one-row products change bits with less

std::int64_t aligned(std::int64_t elements) {
    return (elements + alignment - 1) / alignment * alignment;
}

constexpr const char* score_name = "score.weight";

void fill_normal(const at::Tensor& tensor, double deviation, std::uint64_t seed) {
    Random random(seed);
    at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
    float* value = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        value[i] = static_cast<float>(deviation * random.normal());
    tensor.copy_(values);
}

}  // namespace

Llama::Llama(const ModelConfig& config, at::Device device)
    : config_(config),
      device_(device),
      layers_(static_cast<std::size_t>(config.num_hidden_layers)),
      rope_(make_rope_tables(config, device)),
      packed_copy_(std::make_unique<PackedCopy>()) {
    const Status status = check_model_config(config);
    PLUMB_CHECK(status.ok(), status.error().message);
    allocate();
}

Llama::Llama(Llama&&) noexcept = default;
Llama& Llama::operator=(Llama&&) noexcept = default;
Llama::~Llama() = default;

/// Lays the parameters out in the flat buffer: matrices first, then what takes no weight decay.
void Llama::allocate() {
    const ModelConfig& c = config_;
    struct Wanted {
        at::Tensor* parameter;
        std::vector<std::int64_t> shape;
    };
    std::vector<Wanted> matrices = {{&embedding_, {c.vocab_size, c.hidden_size}}};
    std::vector<Wanted> vectors;
    const std::int64_t attention = c.num_attention_heads * c.head_dim;
    const std::int64_t qkv = attention + 2 * c.num_key_value_heads * c.head_dim;
    for (Layer& layer : layers_) {
        matrices.push_back({&layer.qkv, {qkv, c.hidden_size}});
        matrices.push_back({&layer.output, {c.hidden_size, attention}});
        matrices.push_back({&layer.gate_up, {2 * c.intermediate_size, c.hidden_size}});
        matrices.push_back({&layer.down, {c.hidden_size, c.intermediate_size}});
        vectors.push_back({&layer.input_norm, {c.hidden_size}});
        vectors.push_back({&layer.post_norm, {c.hidden_size}});
        if (c.attention_bias) {
            vectors.push_back({&layer.qkv_bias, {qkv}});
            vectors.push_back({&layer.output_bias, {c.hidden_size}});
        }
        if (c.mlp_bias) {
            vectors.push_back({&layer.gate_up_bias, {2 * c.intermediate_size}});
            vectors.push_back({&layer.down_bias, {c.hidden_size}});
        }
    }
    vectors.push_back({&norm_, {c.hidden_size}});
    if (c.score_head)
        matrices.push_back({&head_, {1, c.hidden_size}});
    else if (!c.tie_word_embeddings)
        matrices.push_back({&head_, {c.vocab_size, c.hidden_size}});

    std::int64_t size = 0;
    for (const Wanted& wanted : matrices) size += aligned(c10::multiply_integers(wanted.shape));
    decay_size_ = size;
    for (const Wanted& wanted : vectors) size += aligned(c10::multiply_integers(wanted.shape));
    flat_ = at::zeros({size}, at::TensorOptions().dtype(at::kFloat).device(device_));

    std::int64_t offset = 0;
    for (const auto* group : {&matrices, &vectors})
        for (const Wanted& wanted : *group) {
            const std::int64_t count = c10::multiply_integers(wanted.shape);
            // Detached: a leaf of its own, yet with the version counter of the flat buffer, so
            // that autograd notices an update between forward and backward.
            *wanted.parameter = flat_.narrow(0, offset, count).view(wanted.shape).detach();
            offset += aligned(count);
        }
    if (!has_own_head()) head_ = embedding_;
}

bool Llama::has_own_head() const { return config_.score_head || !config_.tie_word_embeddings; }

std::vector<at::Tensor*> Llama::parameters() {
    std::vector<at::Tensor*> all = {&embedding_, &norm_};
    if (has_own_head()) all.push_back(&head_);
    for (Layer& layer : layers_)
        for (at::Tensor* parameter :
             {&layer.input_norm, &layer.qkv, &layer.output, &layer.post_norm, &layer.gate_up,
              &layer.down, &layer.qkv_bias, &layer.output_bias, &layer.gate_up_bias,
              &layer.down_bias})
            if (parameter->defined()) all.push_back(parameter);
    return all;
}

std::int64_t Llama::parameter_count() const {
    std::int64_t count = 0;
    for (const Slice& slice : slices()) count += slice.parameter->narrow(0, 0, slice.rows).numel();
    return count;
}

void Llama::initialise(std::uint64_t seed) {
    const double residual_scale = 1.0 / std::sqrt(2.0 * static_cast<double>(layers_.size()));
    for (const auto& [name, tensor] : named_tensors()) {
        if (name.ends_with("norm.weight")) {
            tensor.fill_(1.0);
            continue;
        }
        if (name.ends_with(".bias")) {
            tensor.zero_();
            continue;
        }
        double deviation = 1.0 / std::sqrt(static_cast<double>(tensor.size(1)));
        if (name.ends_with("embed_tokens.weight")) deviation = 0.02;
        if (name == score_name)
            deviation = 1.0 / std::sqrt(static_cast<double>(tensor.size(1) + 1));
        if (name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight"))
            deviation *= residual_scale;
        fill_normal(tensor, deviation, derive_seed(seed, name));
    }
}

Llama Llama::with_score_head(std::optional<std::uint64_t> seed) const {
    ModelConfig config = config_;
    config.score_head = true;
    Llama model(config, device_);
    const TensorMap from = named_tensors();
    for (const auto& [name, tensor] : model.named_tensors()) {
        if (name != score_name)
            tensor.copy_(from.at(name));
        else if (seed)
            fill_normal(tensor, 1.0 / std::sqrt(static_cast<double>(tensor.size(1) + 1)),
                        derive_seed(*seed, name));
    }
    return model;
}

void Llama::enable_training() {
    if (flat_gradients_.defined()) return;
    flat_gradients_ = at::zeros_like(flat_);
    account_as(flat_gradients_, MemoryOwner::gradients);
    for (at::Tensor* parameter : parameters()) {
        parameter->requires_grad_(true);
        // Autograd adds to a gradient that is there in place, and so into the flat buffer.
        const std::int64_t offset = parameter->storage_offset() - flat_.storage_offset();
        parameter->mutable_grad() =
            flat_gradients_.narrow(0, offset, parameter->numel()).view(parameter->sizes());
    }
}

void Llama::zero_gradients() {
    PLUMB_CHECK(flat_gradients_.defined(), "the model is frozen");
    flat_gradients_.zero_();
}

Llama Llama::frozen_copy() const {
    Llama copy(config_, device_);
    copy.flat_.copy_(flat_);
    return copy;
}

at::Tensor Llama::embed(const at::Tensor& ids) const { return ops::embedding(embedding_, ids); }

at::Tensor Llama::attention_block(const Layer& layer, const at::Tensor& x) const {
    const std::int64_t length = x.size(1);
    const at::Tensor normed = ops::rms_norm(x, layer.input_norm, config_.rms_norm_eps);
    const at::Tensor attended = ops::causal_attention(
        ops::linear(normed, layer.qkv, layer.qkv_bias), rope_.cos.narrow(0, 0, length),
        rope_.sin.narrow(0, 0, length), config_.num_attention_heads, config_.num_key_value_heads);
    return ops::linear(attended, layer.output, layer.output_bias, x);
}

at::Tensor Llama::mlp_block(const Layer& layer, const at::Tensor& x) const {
    const at::Tensor normed = ops::rms_norm(x, layer.post_norm, config_.rms_norm_eps);
    const at::Tensor gated = ops::swiglu(ops::linear(normed, layer.gate_up, layer.gate_up_bias));
    return ops::linear(gated, layer.down, layer.down_bias, x);
}

at::Tensor Llama::final_norm(const at::Tensor& x) const {
    return ops::rms_norm(x, norm_, config_.rms_norm_eps);
}

at::Tensor Llama::hidden_states(const at::Tensor& ids) const {
    PLUMB_CHECK(ids.dim() == 2 && ids.size(1) <= config_.max_position_embeddings,
                "ids must be [B, T] with T up to max_position_embeddings");
    at::Tensor x = embed(ids);
    for (const Layer& layer : layers_) x = mlp_block(layer, attention_block(layer, x));
    return final_norm(x);
}

std::vector<at::Tensor> Llama::all_hidden_states(const at::Tensor& ids) const {
    PLUMB_CHECK(ids.dim() == 2 && ids.size(1) <= config_.max_position_embeddings,
                "ids must be [B, T] with T up to max_position_embeddings");
    std::vector<at::Tensor> states = {embed(ids)};
    for (const Layer& layer : layers_)
        states.push_back(mlp_block(layer, attention_block(layer, states.back())));
    states.back() = final_norm(states.back());
    return states;
}

at::Tensor Llama::logits(const at::Tensor& hidden) const {
    PLUMB_CHECK(!config_.score_head, "a reward or value model has no logits");
    return ops::linear(hidden, head_);
}

at::Tensor Llama::scores(const at::Tensor& hidden) const {
    PLUMB_CHECK(config_.score_head, "a language model has no score head");
    return ops::linear(hidden, head_).squeeze(-1);
}

}  // namespace plumb
