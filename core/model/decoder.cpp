// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/decoder.h"

#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "model/adapter.h"
#include "model/aligned.h"
#include "model/families/family.h"
#include "model/memory_ledger.h"
#include "model/ops.h"
#include "model/packed_copy.h"
#include "model/recompute.h"
#include "model/work.h"

namespace plumb {
namespace {

constexpr const char* score_name = "score.weight";

void fill_normal(const at::Tensor& tensor, double deviation, std::uint64_t seed) {
    Random random(seed);
    at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
    float* value = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        value[i] = static_cast<float>(deviation * random.normal());
    tensor.copy_(values);
}

/// Of a score head (Stiennon et al., 2020).
double score_deviation(double fan_in) { return 1.0 / std::sqrt(fan_in + 1); }

const ModelConfig& checked(const ModelConfig& config) {
    const Status status = check_model_config(config);
    PLUMB_CHECK(status.ok(), status.error().message);
    return config;
}

bool is_norm_weight(Parameter parameter) {
    using enum Parameter;
    return parameter == norm || parameter == input_norm || parameter == post_norm ||
           parameter == q_norm || parameter == k_norm;
}

}  // namespace

Decoder::Decoder(const ModelConfig& config, at::Device device)
    : Decoder(config, device, WithoutParameters()) {
    allocate();
}

Decoder::Decoder(const ModelConfig& config, at::Device device, WithoutParameters)
    : config_(checked(config)),
      device_(device),
      layers_(static_cast<std::size_t>(config.num_hidden_layers)),
      rope_(config, device),
      packed_copy_(std::make_unique<PackedCopy>()) {}

Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

/// Lays the parameters out in the flat buffer.
void Decoder::allocate() {
    const std::vector<ParameterPlace> places = decoder_parameters(config_);
    std::int64_t size = 0;
    for (const ParameterPlace& place : places) {
        size += aligned(place.numel(), config_.dtype);
        if (place.decays()) decay_size_ = size;
    }
    flat_ =
        at::zeros({size}, at::TensorOptions().dtype(scalar_type_of(config_.dtype)).device(device_));

    std::int64_t offset = 0;
    for (const ParameterPlace& place : places) {
        // Detached: a leaf of its own, yet with the version counter of the flat buffer, so that
        // autograd notices an update between forward and backward.
        parameter(place.parameter, place.layer) =
            flat_.narrow(0, offset, place.numel()).view(place.shape).detach();
        offset += aligned(place.numel(), config_.dtype);
    }
    if (!config_.has_own_head()) head_ = embedding_;
}

const at::Tensor& Decoder::parameter(Parameter parameter, std::int64_t layer) const {
    const Layer& l = layers_[static_cast<std::size_t>(layer)];
    switch (parameter) {
        case Parameter::embedding: return embedding_;
        case Parameter::positions: return positions_;
        case Parameter::head: return head_;
        case Parameter::norm: return norm_;
        case Parameter::norm_bias: return norm_bias_;
        case Parameter::input_norm: return l.input_norm;
        case Parameter::input_norm_bias: return l.input_norm_bias;
        case Parameter::post_norm: return l.post_norm;
        case Parameter::post_norm_bias: return l.post_norm_bias;
        case Parameter::qkv: return l.qkv;
        case Parameter::qkv_bias: return l.qkv_bias;
        case Parameter::q_norm: return l.q_norm;
        case Parameter::k_norm: return l.k_norm;
        case Parameter::output: return l.output;
        case Parameter::output_bias: return l.output_bias;
        case Parameter::gate_up: return l.gate_up;
        case Parameter::gate_up_bias: return l.gate_up_bias;
        case Parameter::down: return l.down;
        case Parameter::down_bias: return l.down_bias;
    }
    PLUMB_CHECK(false, "every parameter is named above");
    return embedding_;
}

at::Tensor& Decoder::parameter(Parameter parameter, std::int64_t layer) {
    return const_cast<at::Tensor&>(std::as_const(*this).parameter(parameter, layer));
}

std::vector<at::Tensor*> Decoder::parameters() {
    std::vector<at::Tensor*> all;
    for (const ParameterPlace& place : decoder_parameters(config_))
        all.push_back(&parameter(place.parameter, place.layer));
    return all;
}

std::int64_t Decoder::parameter_count() const {
    std::int64_t count = 0;
    for (const ParameterPlace& place : decoder_parameters(config_)) count += place.numel();
    return count;
}

void Decoder::initialise(std::uint64_t seed) {
    const double residual_scale = 1.0 / std::sqrt(2.0 * static_cast<double>(layers_.size()));
    for (const FileTensor& tensor : family_of(config_).tensors(config_)) {
        const at::Tensor& whole = parameter(tensor.parameter, tensor.layer);
        const at::Tensor view = file_view(whole.detach(), tensor);
        if (whole.dim() == 1) {
            view.fill_(is_norm_weight(tensor.parameter) ? 1.0 : 0.0);
            continue;
        }
        const auto fan_in = static_cast<double>(whole.size(1));
        double deviation = 1.0 / std::sqrt(fan_in);
        if (tensor.parameter == Parameter::embedding || tensor.parameter == Parameter::positions)
            deviation = 0.02;
        if (tensor.parameter == Parameter::head && config_.score_head)
            deviation = score_deviation(fan_in);
        if (tensor.parameter == Parameter::output || tensor.parameter == Parameter::down)
            deviation *= residual_scale;
        fill_normal(view, deviation, derive_seed(seed, tensor.name));
    }
}

Decoder Decoder::with_score_head(std::optional<std::uint64_t> seed) const {
    ModelConfig config = config_;
    config.score_head = true;
    Decoder model(config, device_);
    for (const ParameterPlace& place : decoder_parameters(config))
        if (place.parameter != Parameter::head)
            model.parameter(place.parameter, place.layer)
                .copy_(parameter(place.parameter, place.layer).detach());
    if (seed) model.draw_score_head(*seed);
    return model;
}

void Decoder::draw_score_head(std::uint64_t seed) {
    fill_normal(head_, score_deviation(static_cast<double>(config_.hidden_size)),
                derive_seed(seed, score_name));
}

void Decoder::enable_training() {
    if (flat_gradients_.defined()) return;
    PLUMB_CHECK(adapter_ || !is_shared_, "parameters that are shared stay as they are");
    const at::Tensor& flat = trained_parameters();
    flat_gradients_ = at::zeros_like(flat);
    account_as(flat_gradients_, MemoryOwner::gradients);
    for (at::Tensor* parameter : adapter_ ? adapter_leaves() : parameters()) {
        parameter->requires_grad_(true);
        // Autograd adds to a gradient that is there in place, and so into the flat buffer.
        const std::int64_t offset = parameter->storage_offset() - flat.storage_offset();
        parameter->mutable_grad() =
            flat_gradients_.narrow(0, offset, parameter->numel()).view(parameter->sizes());
    }
}

void Decoder::zero_gradients() {
    PLUMB_CHECK(flat_gradients_.defined(), "the model is frozen");
    flat_gradients_.zero_();
}

Decoder Decoder::with_dtype(WeightType dtype) const {
    PLUMB_CHECK(!adapter_, "an adapter has the type of its model");
    ModelConfig config = config_;
    config.dtype = dtype;
    Decoder copy(config, device_);
    for (const ParameterPlace& place : decoder_parameters(config))
        copy.parameter(place.parameter, place.layer)
            .copy_(parameter(place.parameter, place.layer).detach());
    copy.base_ = base_;
    copy.gradient_checkpointing_ = gradient_checkpointing_;
    return copy;
}

Decoder Decoder::frozen_copy() const {
    if (adapter_) return copy_of_adapted();
    Decoder copy(config_, device_);
    copy.flat_.copy_(flat_);
    return copy;
}

at::Tensor Decoder::embed(const at::Tensor& ids, const at::Tensor& positions) const {
    PLUMB_CHECK(has_parameters(), "the model was loaded to generate alone");
    const at::Tensor x = ops::embedding(embedding_, ids);
    return positions_.defined() ? x + ops::embedding(positions_, positions) : x;
}

at::Tensor Decoder::embed(const TokenTree& tokens) const {
    return embed(tokens.ids, positions_.defined() ? tokens.positions().to(device_) : at::Tensor());
}

at::Tensor Decoder::project_qkv(const Layer& layer, const at::Tensor& x, const Pass& pass) const {
    const at::Tensor normed =
        ops::norm(x, layer.input_norm, layer.input_norm_bias, config_.norm_eps);
    const at::Tensor qkv = ops::linear(normed, layer.qkv, layer.qkv_bias, {}, layer.qkv_adapter,
                                       dropout_of(pass, layer, 0));
    if (!config_.qk_norm) return qkv;
    return ops::head_norm(qkv, layer.q_norm, layer.k_norm, config_.num_attention_heads,
                          config_.num_key_value_heads, config_.norm_eps);
}

at::Tensor Decoder::attend(std::size_t layer, const at::Tensor& qkv, const at::Tensor& segments,
                           const RopeTables& rope) const {
    return ops::causal_attention(qkv, segments, rope.cos, rope.sin, config_.num_attention_heads,
                                 config_.num_key_value_heads,
                                 config_.window_of(static_cast<std::int64_t>(layer)));
}

at::Tensor Decoder::finish_layer(const Layer& layer, at::Tensor attended, const at::Tensor& x,
                                 const Pass& pass) const {
    const at::Tensor added = ops::linear(attended, layer.output, layer.output_bias, x,
                                         layer.output_adapter, dropout_of(pass, layer, 1));
    attended.reset();  // memory for the MLP
    return mlp_block(layer, config_.parallel_residual ? x : added, added, pass);
}

at::Tensor Decoder::activate(const at::Tensor& columns) const {
    if (config_.mlp == MlpKind::swiglu) return ops::swiglu(columns);
    return ops::gelu(columns, config_.mlp == MlpKind::gelu);
}

at::Tensor Decoder::mlp_block(const Layer& layer, const at::Tensor& input,
                              const at::Tensor& residual, const Pass& pass) const {
    const at::Tensor normed =
        ops::norm(input, layer.post_norm, layer.post_norm_bias, config_.norm_eps);
    const at::Tensor active =
        activate(ops::linear(normed, layer.gate_up, layer.gate_up_bias, {}, layer.gate_up_adapter,
                             dropout_of(pass, layer, 2)));
    return ops::linear(active, layer.down, layer.down_bias, residual, layer.down_adapter,
                       dropout_of(pass, layer, 3));
}

at::Tensor Decoder::run_layer(std::size_t index, const at::Tensor& x, const at::Tensor& segments,
                              const RopeTables& rope, const Pass& pass,
                              const at::Tensor& places) const {
    const Layer& layer = layers_[index];
    at::Tensor attended = attend(index, project_qkv(layer, x, pass), segments, rope);
    if (!places.defined()) return finish_layer(layer, std::move(attended), x, pass);
    attended = attended.index_select(0, places);
    return finish_layer(layer, std::move(attended), x.index_select(0, places), pass);
}

at::Tensor Decoder::final_norm(const at::Tensor& x) const {
    return ops::norm(x, norm_, norm_bias_, config_.norm_eps);
}

at::Tensor Decoder::hidden_states(const TokenTree& tokens) const { return run_layers(tokens, {}); }

at::Tensor Decoder::hidden_states_at(const TokenTree& tokens, const at::Tensor& places) const {
    if (narrows_last_layer(places.numel(), tokens.tokens())) return run_layers(tokens, places);
    return run_layers(tokens, {}).index_select(0, places);
}

at::Tensor Decoder::run_layers(const TokenTree& tokens, const at::Tensor& places) const {
    PLUMB_CHECK(tokens.longest() <= config_.max_position_embeddings,
                "sequences must fit max_position_embeddings");
    const RopeTables rope = rope_.up_to(tokens.longest());
    const Pass pass = next_pass();
    at::Tensor x = embed(tokens);
    const bool recompute = gradient_checkpointing_ && is_trainable() && at::GradMode::is_enabled();
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const at::Tensor wanted = i + 1 == layers_.size() ? places : at::Tensor();
        const auto layer = [this, i, segments = tokens.segments, rope, pass,
                            wanted](const at::Tensor& input) -> std::vector<at::Tensor> {
            return {run_layer(i, input, segments, rope, pass, wanted)};
        };
        x = recompute ? recomputed(x, layer).front()
                      : run_layer(i, x, tokens.segments, rope, pass, wanted);
    }
    return final_norm(x);
}

at::Tensor Decoder::hidden_states(const at::Tensor& ids) const {
    return hidden_states(TokenTree::of_rows(ids)).view({ids.size(0), ids.size(1), -1});
}

at::Tensor Decoder::hidden_states(const at::Tensor& ids, const at::Tensor& mask) const {
    const at::Tensor real = mask != 0;
    // Real tokens come first, in their order; behind them padding is never seen.
    const at::Tensor order = real.logical_not().argsort(/*stable=*/true, /*dim=*/1);
    const at::Tensor moved = hidden_states(ids.gather(1, order));
    const at::Tensor back =
        order.argsort(/*stable=*/true, /*dim=*/1).unsqueeze(-1).expand_as(moved);
    return moved.gather(1, back) * real.unsqueeze(-1).to(moved.scalar_type());
}

std::vector<at::Tensor> Decoder::all_hidden_states(const at::Tensor& ids) const {
    const TokenTree tokens = TokenTree::of_rows(ids);
    PLUMB_CHECK(tokens.longest() <= config_.max_position_embeddings,
                "sequences must fit max_position_embeddings");
    const RopeTables rope = rope_.up_to(tokens.longest());
    const Pass pass = next_pass();
    std::vector<at::Tensor> states = {embed(tokens)};
    for (std::size_t i = 0; i < layers_.size(); ++i)
        states.push_back(run_layer(i, states.back(), tokens.segments, rope, pass));
    states.back() = final_norm(states.back());
    for (at::Tensor& state : states) state = state.view({ids.size(0), ids.size(1), -1});
    return states;
}

at::Tensor Decoder::logits(const at::Tensor& hidden) const {
    PLUMB_CHECK(!config_.score_head, "a reward or value model has no logits");
    return ops::linear(hidden, head_, {}, {}, head_adapter_, next_pass().dropout);
}

std::function<at::Tensor(const at::Tensor&)> Decoder::head() const {
    PLUMB_CHECK(!config_.score_head, "a reward or value model has no logits");
    return [this, dropout = next_pass().dropout](const at::Tensor& hidden) {
        return ops::linear(hidden, head_, {}, {}, head_adapter_, dropout);
    };
}

at::Tensor Decoder::scores(const at::Tensor& hidden) const {
    PLUMB_CHECK(config_.score_head, "a language model has no score head");
    const at::Tensor scores = ops::linear(hidden, head_).squeeze(-1);
    return c10::elementSize(scores.scalar_type()) < 4 ? scores.to(at::kFloat) : scores;
}

}  // namespace plumb
