// SPDX-License-Identifier: GPL-3.0-or-later
// Generation with the key-value cache: on the CPU by PackedLlama, elsewhere by ATen's operations.
#include <algorithm>

#include "base/check.h"
#include "model/composed_ops.h"
#include "model/kv_cache.h"
#include "model/llama.h"
#include "model/ops.h"
#include "model/packed_copy.h"

namespace plumb {

std::shared_ptr<const PackedLlama> Llama::packed() const {
    const std::lock_guard lock(packed_copy_->mutex);
    const auto version = static_cast<std::int64_t>(flat_._version());
    if (packed_copy_->version == version) return packed_copy_->weights;
    packed_copy_->weights.reset();  // before the next is made: both at once would be one too many
    packed_copy_->version = -1;
    const at::NoGradGuard no_grad;
    PackedLlama weights;
    weights.config = config_;
    weights.rope = rope_;
    weights.embedding = embedding_.detach();
    weights.norm = norm_.detach();
    weights.head = PackedLinear(head_, {});
    for (const Layer& layer : layers_)
        weights.layers.push_back({layer.input_norm.detach(), layer.post_norm.detach(),
                                  PackedLinear(layer.qkv, layer.qkv_bias),
                                  PackedLinear(layer.output, layer.output_bias),
                                  PackedLinear(layer.gate_up, layer.gate_up_bias),
                                  PackedLinear(layer.down, layer.down_bias)});
    packed_copy_->weights = std::make_shared<const PackedLlama>(std::move(weights));
    packed_copy_->version = version;
    return packed_copy_->weights;
}

at::Tensor Llama::prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
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
    packed()->prefill(rows.const_data_ptr<std::int64_t>(), rows.size(1), lengths, cache,
                      hidden.data_ptr<float>());
    return hidden;
}

at::Tensor Llama::decode(const at::Tensor& ids, KeyValueCache& cache) const {
    const at::NoGradGuard no_grad;
    const auto rows = static_cast<std::int64_t>(cache.live().size());
    PLUMB_CHECK(ids.numel() == rows, "one token per live row");
    for (const std::int64_t slot : cache.live())
        PLUMB_CHECK(cache.length(slot) > 0 && cache.length(slot) < cache.max_length() &&
                        cache.length(slot) < config_.max_position_embeddings,
                    "a row needs a prompt, and room for one more token");
    if (cache.layout() == KeyValueCache::Layout::composed) return composed_decode(ids, cache);
    at::Tensor hidden = at::empty({rows, config_.hidden_size}, at::kFloat);
    packed()->decode(ids.contiguous().const_data_ptr<std::int64_t>(), cache,
                     hidden.data_ptr<float>());
    return hidden;
}

at::Tensor Llama::next_logits(const at::Tensor& hidden) const {
    const at::NoGradGuard no_grad;
    if (!device_.is_cpu()) return logits(hidden);
    at::Tensor result = at::empty({hidden.size(0), config_.vocab_size}, at::kFloat);
    packed()->logits(hidden.contiguous().const_data_ptr<float>(), hidden.size(0),
                     result.data_ptr<float>());
    return result;
}

at::Tensor Llama::composed_prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                                   KeyValueCache& cache) const {
    const std::int64_t prompts = ids.size(0), length = ids.size(1);
    const std::int64_t group = cache.slots() / prompts;
    const at::Tensor cos = rope_.cos.narrow(0, 0, length), sin = rope_.sin.narrow(0, 0, length);

    at::Tensor x = embed(ids);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        const at::Tensor qkv = ops::linear(ops::rms_norm(x, layer.input_norm, config_.rms_norm_eps),
                                           layer.qkv, layer.qkv_bias);
        const composed::Qkv parts = composed::split_and_rotate(
            qkv, cos, sin, config_.num_attention_heads, config_.num_key_value_heads);
        const auto store = [&](at::Tensor& part, const at::Tensor& values) {  // [B, T, kv, D]
            part.narrow(2, 0, length)
                .unflatten(0, {prompts, group})
                .copy_(values.transpose(1, 2).unsqueeze(1));
        };
        store(cache.keys(i), parts.k);
        store(cache.values(i), parts.v);
        const at::Tensor attended = ops::causal_attention(
            qkv, cos, sin, config_.num_attention_heads, config_.num_key_value_heads);
        x = mlp_block(layer, ops::linear(attended, layer.output, layer.output_bias, x));
    }
    for (std::int64_t slot = 0; slot < cache.slots(); ++slot)
        cache.set_length(slot, lengths[static_cast<std::size_t>(slot / group)]);
    const at::Tensor last = at::tensor(lengths, at::kLong).to(device_) - 1;
    return final_norm(x.index({at::arange(prompts, last.options()), last}));
}

at::Tensor Llama::composed_decode(const at::Tensor& ids, KeyValueCache& cache) const {
    std::vector<std::int64_t> lengths;
    for (const std::int64_t slot : cache.live()) lengths.push_back(cache.length(slot));
    const auto rows = static_cast<std::int64_t>(lengths.size());
    const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end()) + 1;
    const at::Tensor slot = at::tensor(cache.live(), at::kLong).to(device_);
    const at::Tensor position = at::tensor(lengths, at::kLong).to(device_);
    const at::Tensor cos = rope_.cos.index_select(0, position).unsqueeze(1);  // [B, 1, D/2]
    const at::Tensor sin = rope_.sin.index_select(0, position).unsqueeze(1);
    const at::Tensor mask = at::arange(longest, position.options())
                                .le(position.unsqueeze(1))
                                .unsqueeze(1)
                                .unsqueeze(1);  // [B, 1, 1, longest]

    at::Tensor x = embed(ids.view({rows, 1}));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        const composed::Qkv parts = composed::split_and_rotate(
            ops::linear(ops::rms_norm(x, layer.input_norm, config_.rms_norm_eps), layer.qkv,
                        layer.qkv_bias),
            cos, sin, config_.num_attention_heads, config_.num_key_value_heads);
        const auto append = [&](at::Tensor& part, const at::Tensor& values) {
            part.index_put_({slot, at::indexing::Slice(), position}, values.squeeze(1));
            return part.narrow(2, 0, longest).index_select(0, slot);
        };
        const at::Tensor keys = append(cache.keys(i), parts.k);
        const at::Tensor values = append(cache.values(i), parts.v);
        const at::Tensor attended = at::scaled_dot_product_attention(
            parts.q.transpose(1, 2), keys, values, mask, 0.0, false, {},
            config_.num_attention_heads != config_.num_key_value_heads);
        x = mlp_block(layer, ops::linear(attended.transpose(1, 2).flatten(-2), layer.output,
                                         layer.output_bias, x));
    }
    for (std::size_t row = 0; row < lengths.size(); ++row)
        cache.set_length(cache.live()[row], lengths[row] + 1);
    return final_norm(x).squeeze(1);
}

}  // namespace plumb
