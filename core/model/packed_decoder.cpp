// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/packed_decoder.h"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>

#include "model/kernels.h"
#include "model/memory_ledger.h"
#include "model/ops_detail.h"

namespace plumb {
namespace {

/// y [rows, out] = x [rows, in] times the weight, plus bias and residual.
void apply(const PackedLinear& linear, std::int64_t rows, const float* x, float* y,
           const float* residual = nullptr) {
    kernels().product(
        rows, linear.out, linear.in, x, linear.in, linear.panels.const_data_ptr<float>(),
        {y, linear.out, linear.bias.defined() ? linear.bias.const_data_ptr<float>() : nullptr,
         residual});
}

}  // namespace

PackedLinear::PackedLinear(const at::Tensor& weight, const at::Tensor& bias_)
    : out(weight.size(0)), in(weight.size(1)), bias(bias_) {
    const Kernels& kernel = kernels();
    const std::int64_t count = (out + kernel.panel - 1) / kernel.panel;
    panels = at::empty({count, in, kernel.panel}, weight.options().requires_grad(false));
    account_as(panels, MemoryOwner::cache);
    pack(weight);
}

void PackedLinear::pack(const at::Tensor& weight) {
    const Kernels& kernel = kernels();
    const std::int64_t count = panels.size(0);
    const auto* source = weight.const_data_ptr<float>();
    auto* target = panels.data_ptr<float>();
    const std::int64_t grain = ops::detail::grain(in * kernel.panel);
    at::parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t first = begin * kernel.panel;
        kernel.pack_transposed(source + first * in, in, in,
                               std::min(end * kernel.panel, out) - first, target + first * in);
    });
}

void PackedLinear::row(std::int64_t number, float* weights) const {
    const std::int64_t panel = kernels().panel;
    const float* source =
        panels.const_data_ptr<float>() + number / panel * in * panel + number % panel;
    for (std::int64_t i = 0; i < in; ++i) weights[i] = source[i * panel];
}

/// Memory of one thread for so many rows.
struct PackedDecoder::Workspace {
    Workspace(const ModelConfig& c, std::int64_t rows, std::int64_t capacity) {
        // GELU is computed in place.
        const bool gate = c.mlp == MlpKind::swiglu;
        const std::int64_t sizes[] = {rows * c.hidden_size,
                                      rows * c.hidden_size,
                                      rows * c.qkv_columns(),
                                      rows * c.attention_columns(),
                                      rows * c.mlp_columns(),
                                      gate ? rows * c.intermediate_size : 0,
                                      kernels().tile * (capacity + kernels().panel)};
        float** parts[] = {&x, &normed, &qkv, &attended, &columns, &active, &scores};
        const auto aligned = [](std::int64_t floats) { return (floats + 15) / 16 * 16; };
        std::int64_t total = 0;
        for (std::int64_t size : sizes) total += aligned(size);
        memory = at::empty({total}, at::kFloat);
        float* next = memory.data_ptr<float>();
        for (std::size_t i = 0; i < std::size(sizes); ++i) {
            *parts[i] = next;
            next += aligned(sizes[i]);
        }
        if (!gate) active = columns;
    }
    at::Tensor memory;
    float *x, *normed, *qkv, *attended, *columns, *active, *scores;
};

void PackedDecoder::embed(std::int64_t id, std::int64_t position, float* x) const {
    const std::int64_t size = config.hidden_size;
    if (embedding.defined())
        std::copy_n(embedding.const_data_ptr<float>() + id * size, size, x);
    else
        head.row(id, x);
    if (!positions.defined()) return;
    const float* learned = positions.const_data_ptr<float>() + position * size;
    for (std::int64_t i = 0; i < size; ++i) x[i] += learned[i];
}

void PackedDecoder::apply_norm(const Norm& to_apply, std::int64_t rows, const float* x,
                               float* y) const {
    const auto* weight = to_apply.weight.const_data_ptr<float>();
    const auto eps = static_cast<float>(config.norm_eps);
    if (to_apply.bias.defined())
        kernels().layer_norm(rows, config.hidden_size, x, weight,
                             to_apply.bias.const_data_ptr<float>(), eps, y, nullptr);
    else
        kernels().rms_norm(rows, config.hidden_size, x, weight, eps, y, nullptr);
}

void PackedDecoder::project_qkv(const Layer& layer, std::int64_t rows, const float* x,
                                Workspace& work) const {
    apply_norm(layer.input_norm, rows, x, work.normed);
    apply(layer.qkv, rows, work.normed, work.qkv);
    if (!config.qk_norm) return;
    for (std::int64_t row = 0; row < rows; ++row) norm_heads(layer, work.qkv + row * layer.qkv.out);
}

void PackedDecoder::norm_heads(const Layer& layer, float* qkv) const {
    const auto eps = static_cast<float>(config.norm_eps);
    float* k = qkv + config.attention_columns();
    kernels().rms_norm(config.num_attention_heads, config.head_dim, qkv,
                       layer.q_norm.const_data_ptr<float>(), eps, qkv, nullptr);
    kernels().rms_norm(config.num_key_value_heads, config.head_dim, k,
                       layer.k_norm.const_data_ptr<float>(), eps, k, nullptr);
}

void PackedDecoder::rotate_and_store(float* qkv, std::size_t layer, std::int64_t position,
                                     const RopeTables& rope, std::int64_t slot,
                                     KeyValueCache& cache) const {
    const std::int64_t dim = config.head_dim;
    if (rope.cos.defined()) {
        const std::int64_t half = rope.cos.size(1);
        kernels().rotate(config.num_attention_heads + config.num_key_value_heads, dim, 2 * half,
                         rope.cos.const_data_ptr<float>() + position * half,
                         rope.sin.const_data_ptr<float>() + position * half, 1.0f, qkv);
    }
    const float* k = qkv + config.attention_columns();
    const float* v = k + config.num_key_value_heads * dim;
    for (std::int64_t head = 0; head < config.num_key_value_heads; ++head) {
        const KeyValueCache::Head memory = cache.head(layer, slot, head);
        kernels().cache_store(dim, cache.max_length(), position, k + head * dim, v + head * dim,
                              memory.keys, memory.values);
    }
}

void PackedDecoder::attend(const float* qkv, std::size_t layer, std::int64_t first,
                           std::int64_t queries, std::int64_t slot, KeyValueCache& cache,
                           float* out, float* scratch) const {
    const std::int64_t dim = config.head_dim;
    const std::int64_t group = config.num_attention_heads / config.num_key_value_heads;
    const AttentionShape shape{first + queries, dim, group,
                               1.0f / std::sqrt(static_cast<float>(dim)),
                               config.window_of(static_cast<std::int64_t>(layer))};
    for (std::int64_t head = 0; head < config.num_key_value_heads; ++head) {
        const KeyValueCache::Head memory = cache.head(layer, slot, head);
        const std::int64_t column = head * group * dim;
        kernels().cached_attention(shape, first, queries, cache.max_length(), qkv + column,
                                   layers[layer].qkv.out, memory.keys, memory.values, out + column,
                                   config.attention_columns(), scratch);
    }
}

void PackedDecoder::finish_layer(const Layer& layer, std::int64_t rows, float* x,
                                 Workspace& work) const {
    if (config.parallel_residual) apply_norm(layer.post_norm, rows, x, work.normed);
    apply(layer.output, rows, work.attended, x, x);
    if (!config.parallel_residual) apply_norm(layer.post_norm, rows, x, work.normed);
    apply(layer.gate_up, rows, work.normed, work.columns);
    if (config.mlp == MlpKind::swiglu)
        kernels().swiglu(rows, config.intermediate_size, work.columns, work.active);
    else
        kernels().gelu(rows, config.intermediate_size, config.mlp == MlpKind::gelu, work.columns,
                       work.active);
    apply(layer.down, rows, work.active, x, x);
}

void PackedDecoder::prefill_prompt(const std::int64_t* ids, std::int64_t length,
                                   const RopeTables& rope, KeyValueCache& cache, std::int64_t slot,
                                   float* hidden) const {
    Workspace work(config, length, cache.max_length());
    for (std::int64_t position = 0; position < length; ++position)
        embed(ids[position], position, work.x + position * config.hidden_size);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        project_qkv(layers[i], length, work.x, work);
        for (std::int64_t position = 0; position < length; ++position)
            rotate_and_store(work.qkv + position * layers[i].qkv.out, i, position, rope, slot,
                             cache);
        // Of the last layer only the last position is wanted.
        const std::int64_t first = i + 1 == layers.size() ? length - 1 : 0;
        attend(work.qkv + first * layers[i].qkv.out, i, first, length - first, slot, cache,
               work.attended, work.scores);
        finish_layer(layers[i], length - first, work.x + first * config.hidden_size, work);
    }
    apply_norm(norm, 1, work.x + (length - 1) * config.hidden_size, hidden);
}

void PackedDecoder::prefill(const std::int64_t* ids, std::int64_t stride,
                            const std::vector<std::int64_t>& lengths, const RopeTables& rope,
                            KeyValueCache& cache, float* hidden) const {
    const auto prompts = static_cast<std::int64_t>(lengths.size());
    const std::int64_t group = cache.slots() / prompts;
    at::parallel_for(0, prompts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t length = lengths[static_cast<std::size_t>(i)];
            prefill_prompt(ids + i * stride, length, rope, cache, i * group,
                           hidden + i * config.hidden_size);
            for (std::int64_t slot = i * group; slot < (i + 1) * group; ++slot) {
                if (slot > i * group) cache.copy_slot(i * group, slot, length);
                cache.set_length(slot, length);
            }
        }
    });
}

void PackedDecoder::decode_rows(const std::int64_t* ids, std::int64_t begin, std::int64_t end,
                                const RopeTables& rope, KeyValueCache& cache, float* hidden) const {
    const std::int64_t rows = end - begin;
    Workspace work(config, rows, cache.max_length());
    const auto slot_of = [&](std::int64_t row) {
        return cache.live()[static_cast<std::size_t>(begin + row)];
    };
    for (std::int64_t row = 0; row < rows; ++row)
        embed(ids[begin + row], cache.length(slot_of(row)), work.x + row * config.hidden_size);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        project_qkv(layers[i], rows, work.x, work);
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::int64_t slot = slot_of(row), position = cache.length(slot);
            float* qkv = work.qkv + row * layers[i].qkv.out;
            rotate_and_store(qkv, i, position, rope, slot, cache);
            attend(qkv, i, position, 1, slot, cache,
                   work.attended + row * config.attention_columns(), work.scores);
        }
        finish_layer(layers[i], rows, work.x, work);
    }
    for (std::int64_t row = 0; row < rows; ++row)
        cache.set_length(slot_of(row), cache.length(slot_of(row)) + 1);
    apply_norm(norm, rows, work.x, hidden + begin * config.hidden_size);
}

void PackedDecoder::decode(const std::int64_t* ids, const RopeTables& rope, KeyValueCache& cache,
                           float* hidden) const {
    const auto rows = static_cast<std::int64_t>(cache.live().size());
    at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
        decode_rows(ids, begin, end, rope, cache, hidden);
    });
}

void PackedDecoder::logits(const float* hidden, std::int64_t rows, float* logits) const {
    const std::int64_t size = config.hidden_size;
    at::parallel_for(0, rows, ops::detail::grain(size * head.out),
                     [&](std::int64_t begin, std::int64_t end) {
                         apply(head, end - begin, hidden + begin * size, logits + begin * head.out);
                     });
}

}  // namespace plumb
