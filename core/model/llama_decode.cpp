// SPDX-License-Identifier: GPL-3.0-or-later
// Generation with the key-value cache, made of ATen's operations.
#include <algorithm>

#include "base/check.h"
#include "model/composed_ops.h"
#include "model/kv_cache.h"
#include "model/llama.h"
#include "model/ops.h"

namespace plumb {

at::Tensor Llama::prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                          KeyValueCache& cache) const {
    const at::NoGradGuard no_grad;
    const std::int64_t prompts = ids.size(0), length = ids.size(1);
    PLUMB_CHECK(cache.slots() % prompts == 0, "the slots must be a multiple of the prompts");
    PLUMB_CHECK(static_cast<std::int64_t>(lengths.size()) == prompts, "one length per prompt");
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

at::Tensor Llama::decode(const at::Tensor& ids, KeyValueCache& cache) const {
    const at::NoGradGuard no_grad;
    const std::vector<std::int64_t> lengths = cache.live_lengths();
    const auto rows = static_cast<std::int64_t>(lengths.size());
    PLUMB_CHECK(ids.numel() == rows, "one token per live row");
    const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end()) + 1;
    PLUMB_CHECK(longest <= cache.max_length(), "the cache is full");
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
