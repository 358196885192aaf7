// SPDX-License-Identifier: GPL-3.0-or-later
// Generation with the key-value cache: on the CPU by PackedDecoder, elsewhere by ATen's operations.
#include <algorithm>

#include "base/check.h"
#include "model/adapter.h"
#include "model/composed_ops.h"
#include "model/decoder.h"
#include "model/kv_cache.h"
#include "model/ops.h"
#include "model/packed_copy.h"

namespace plumb {
namespace {

at::Tensor detached(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.detach() : tensor;
}

}  // namespace

std::shared_ptr<const PackedDecoder> Decoder::packed() const {
    const std::lock_guard lock(packed_copy_->mutex);
    PackedCopy& copy = *packed_copy_;
    if (!has_parameters()) return copy.weights;
    const auto version = static_cast<std::int64_t>(flat_._version());
    const std::int64_t adapter_version =
        adapter_ ? static_cast<std::int64_t>(adapter_->flat._version()) : -1;
    if (copy.version == version && copy.adapter_version == adapter_version) return copy.weights;
    const at::NoGradGuard no_grad;
    const bool only_the_adapter =
        adapter_ && copy.version == version && copy.weights && copy.weights.use_count() == 1;
    // Before another is made: both at once would be one too many.
    if (!only_the_adapter) copy.weights = std::make_shared<PackedDecoder>();
    copy.version = copy.adapter_version = -1;
    pack(*copy.weights, only_the_adapter);
    copy.version = version;
    copy.adapter_version = adapter_version;
    return copy.weights;
}

/// only_the_adapter: what the adapter is no part of is packed already, and the rest gets the memory
/// that it had before.
void Decoder::pack(PackedDecoder& weights, bool only_the_adapter) const {
    weights.config = config_;
    weights.layers.resize(layers_.size());
    pack_ends(weights, only_the_adapter);
    for (std::size_t i = 0; i < layers_.size(); ++i) pack_layer(i, weights, only_the_adapter);
}

void Decoder::pack_linear(PackedLinear& packed, const at::Tensor& weight, const at::Tensor& bias,
                          const ops::LowRank& adapter, bool only_the_adapter) const {
    if (!only_the_adapter)
        packed = PackedLinear(effective(weight, adapter), bias);
    else if (adapter.a.defined() || adapter_->holds(weight))
        packed.pack(effective(weight, adapter));
    packed.bias = bias;
}

/// What is before and behind the layers.
void Decoder::pack_ends(PackedDecoder& weights, bool only_the_adapter) const {
    weights.embedding = detached(embedding_);
    weights.positions = detached(positions_);
    weights.norm = {detached(norm_), detached(norm_bias_)};
    pack_linear(weights.head, head_, {}, head_adapter_, only_the_adapter);
}

void Decoder::pack_layer(std::size_t index, PackedDecoder& weights, bool only_the_adapter) const {
    const Layer& layer = layers_[index];
    PackedDecoder::Layer& packed = weights.layers[index];
    packed.input_norm = {detached(layer.input_norm), detached(layer.input_norm_bias)};
    packed.post_norm = {detached(layer.post_norm), detached(layer.post_norm_bias)};
    packed.q_norm = detached(layer.q_norm);
    packed.k_norm = detached(layer.k_norm);
    const auto linear = [&](PackedLinear& target, const at::Tensor& weight, const at::Tensor& bias,
                            const ops::LowRank& adapter) {
        pack_linear(target, weight, bias, adapter, only_the_adapter);
    };
    linear(packed.qkv, layer.qkv, layer.qkv_bias, layer.qkv_adapter);
    linear(packed.output, layer.output, layer.output_bias, layer.output_adapter);
    linear(packed.gate_up, layer.gate_up, layer.gate_up_bias, layer.gate_up_adapter);
    linear(packed.down, layer.down, layer.down_bias, layer.down_adapter);
}

at::Tensor Decoder::prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                            KeyValueCache& cache) const {
    const at::NoGradGuard no_grad;
    const std::int64_t prompts = ids.size(0);
    PLUMB_CHECK(cache.slots() % prompts == 0, "the slots must be a multiple of the prompts");
    PLUMB_CHECK(static_cast<std::int64_t>(lengths.size()) == prompts, "one length per prompt");
    for (const std::int64_t length : lengths)
        PLUMB_CHECK(length > 0 && length <= ids.size(1) && length <= cache.max_length() &&
                        length <= config_.max_position_embeddings,
                    "a prompt's length must fit its row, the cache and the model");
    if (cache.layout() == KeyValueCache::Layout::composed)
        return composed_prefill(ids, lengths, cache);
    const at::Tensor rows = ids.contiguous();
    at::Tensor hidden = at::empty({prompts, config_.hidden_size}, at::kFloat);
    packed()->prefill(rows.const_data_ptr<std::int64_t>(), rows.size(1), lengths,
                      rope_.up_to(std::min(cache.max_length(), config_.max_position_embeddings)),
                      cache, hidden.data_ptr<float>());
    return hidden;
}

at::Tensor Decoder::decode(const at::Tensor& ids, KeyValueCache& cache) const {
    const at::NoGradGuard no_grad;
    const auto rows = static_cast<std::int64_t>(cache.live().size());
    PLUMB_CHECK(ids.numel() == rows, "one token per live row");
    for (const std::int64_t slot : cache.live())
        PLUMB_CHECK(cache.length(slot) > 0 && cache.length(slot) < cache.max_length() &&
                        cache.length(slot) < config_.max_position_embeddings,
                    "a row needs a prompt, and room for one more token");
    if (cache.layout() == KeyValueCache::Layout::composed) return composed_decode(ids, cache);
    at::Tensor hidden = at::empty({rows, config_.hidden_size}, at::kFloat);
    packed()->decode(ids.contiguous().const_data_ptr<std::int64_t>(),
                     rope_.up_to(std::min(cache.max_length(), config_.max_position_embeddings)),
                     cache, hidden.data_ptr<float>());
    return hidden;
}

at::Tensor Decoder::next_logits(const at::Tensor& hidden) const {
    const at::NoGradGuard no_grad;
    if (!runs_on_kernels(config_, device_)) {
        const at::Tensor all = logits(hidden);
        return c10::elementSize(all.scalar_type()) < 4 ? all.to(at::kFloat) : all;
    }
    at::Tensor result = at::empty({hidden.size(0), config_.vocab_size}, at::kFloat);
    packed()->logits(hidden.contiguous().const_data_ptr<float>(), hidden.size(0),
                     result.data_ptr<float>());
    return result;
}

at::Tensor Decoder::composed_prefill(const at::Tensor& ids,
                                     const std::vector<std::int64_t>& lengths,
                                     KeyValueCache& cache) const {
    const std::int64_t prompts = ids.size(0), length = ids.size(1);
    const std::int64_t group = cache.slots() / prompts;
    const RopeTables rope = rope_.up_to(length);

    const TokenTree tokens = TokenTree::of_rows(ids);
    at::Tensor x = embed(tokens).view({prompts, length, -1});
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const at::Tensor qkv = project_qkv(layers_[i], x, {});
        const composed::Qkv parts = composed::split_and_rotate(
            qkv, rope.cos, rope.sin, config_.num_attention_heads, config_.num_key_value_heads);
        const auto store = [&](at::Tensor& part, const at::Tensor& values) {  // [B, T, kv, D]
            part.narrow(2, 0, length)
                .unflatten(0, {prompts, group})
                .copy_(values.transpose(1, 2).unsqueeze(1));
        };
        store(cache.keys(i), parts.k);
        store(cache.values(i), parts.v);
        const at::Tensor attended = attend(i, qkv.flatten(0, 1), tokens.segments, rope);
        x = finish_layer(layers_[i], attended.view({prompts, length, -1}), x, {});
    }
    for (std::int64_t slot = 0; slot < cache.slots(); ++slot)
        cache.set_length(slot, lengths[static_cast<std::size_t>(slot / group)]);
    const at::Tensor last = at::tensor(lengths, at::kLong).to(device_) - 1;
    return final_norm(x.index({at::arange(prompts, last.options()), last}));
}

at::Tensor Decoder::composed_decode(const at::Tensor& ids, KeyValueCache& cache) const {
    std::vector<std::int64_t> lengths;
    for (const std::int64_t slot : cache.live()) lengths.push_back(cache.length(slot));
    const auto rows = static_cast<std::int64_t>(lengths.size());
    const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end()) + 1;
    const at::Tensor slot = at::tensor(cache.live(), at::kLong).to(device_);
    const at::Tensor position = at::tensor(lengths, at::kLong).to(device_);
    RopeTables rope = rope_.up_to(longest);
    if (rope.cos.defined()) {
        rope.cos = rope.cos.index_select(0, position).unsqueeze(1);  // [B, 1, R/2]
        rope.sin = rope.sin.index_select(0, position).unsqueeze(1);
    }
    const at::Tensor keys_at = at::arange(longest, position.options());
    const auto mask_of = [&](std::int64_t window) {  // [B, 1, 1, longest]
        at::Tensor seen = keys_at.le(position.unsqueeze(1));
        if (window > 0) seen = seen & keys_at.gt(position.unsqueeze(1) - window);
        return seen.unsqueeze(1).unsqueeze(1);
    };

    at::Tensor x = embed(ids.view({rows, 1}), position.unsqueeze(1));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const composed::Qkv parts =
            composed::split_and_rotate(project_qkv(layers_[i], x, {}), rope.cos, rope.sin,
                                       config_.num_attention_heads, config_.num_key_value_heads);
        const auto append = [&](at::Tensor& part, const at::Tensor& values) {
            part.index_put_({slot, at::indexing::Slice(), position}, values.squeeze(1));
            return part.narrow(2, 0, longest).index_select(0, slot);
        };
        const at::Tensor keys = append(cache.keys(i), parts.k);
        const at::Tensor values = append(cache.values(i), parts.v);
        const at::Tensor attended = at::scaled_dot_product_attention(
            parts.q.transpose(1, 2), keys, values,
            mask_of(config_.window_of(static_cast<std::int64_t>(i))), 0.0, false, {},
            config_.num_attention_heads != config_.num_key_value_heads);
        x = finish_layer(layers_[i], attended.transpose(1, 2).flatten(-2), x, {});
    }
    for (std::size_t row = 0; row < lengths.size(); ++row)
        cache.set_length(cache.live()[row], lengths[row] + 1);
    return final_norm(x).squeeze(1);
}

}  // namespace plumb
