// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "model/config.h"
#include "model/kv_cache.h"
#include "model/rope.h"

namespace plumb {

/// A matrix [out, in] in the kernels' panels, with its bias where there is one.
struct PackedLinear {
    PackedLinear() = default;
    PackedLinear(const at::Tensor& weight, const at::Tensor& bias);
    /// Another weight of the same shape in the same memory.
    void pack(const at::Tensor& weight);
    /// The weights [in] of one output.
    void row(std::int64_t number, float* weights) const;

    std::int64_t out = 0, in = 0;
    at::Tensor panels;
    at::Tensor bias;
};

/// A Decoder's weights laid out for generation on the CPU. A row goes through all layers on one
/// thread, without any of ATen's operations; so threads only meet at the end of a token, and a
/// row's numbers are those of a full forward pass, bit for bit, whatever it is batched with.
struct PackedDecoder {
    struct Norm {
        at::Tensor weight, bias;  // RMSNorm has no bias
    };
    struct Layer {
        Norm input_norm, post_norm;
        at::Tensor q_norm, k_norm;
        PackedLinear qkv, output, gate_up, down;
    };
    ModelConfig config;
    at::Tensor embedding;  // undefined: the head's rows
    at::Tensor positions;
    Norm norm;
    std::vector<Layer> layers;
    PackedLinear head;

    /// Fills each prompt's slots (cache.slots() / prompts of them) and writes the hidden state of
    /// its last token to hidden [prompts, hidden]. ids: rows `stride` apart. rope: of all positions
    /// of the cache.
    void prefill(const std::int64_t* ids, std::int64_t stride,
                 const std::vector<std::int64_t>& lengths, const RopeTables& rope,
                 KeyValueCache& cache, float* hidden) const;
    /// Appends one token to each live row; hidden [rows, hidden].
    void decode(const std::int64_t* ids, const RopeTables& rope, KeyValueCache& cache,
                float* hidden) const;
    /// hidden [rows, hidden] to logits [rows, vocab].
    void logits(const float* hidden, std::int64_t rows, float* logits) const;

private:
    struct Workspace;
    void prefill_prompt(const std::int64_t* ids, std::int64_t length, const RopeTables& rope,
                        KeyValueCache& cache, std::int64_t slot, float* hidden) const;
    void decode_rows(const std::int64_t* ids, std::int64_t begin, std::int64_t end,
                     const RopeTables& rope, KeyValueCache& cache, float* hidden) const;
    void embed(std::int64_t id, std::int64_t position, float* x) const;
    void apply_norm(const Norm& norm, std::int64_t rows, const float* x, float* y) const;
    void project_qkv(const Layer& layer, std::int64_t rows, const float* x, Workspace& work) const;
    void norm_heads(const Layer& layer, float* qkv) const;
    void rotate_and_store(float* qkv, std::size_t layer, std::int64_t position,
                          const RopeTables& rope, std::int64_t slot, KeyValueCache& cache) const;
    void attend(const float* qkv, std::size_t layer, std::int64_t first, std::int64_t queries,
                std::int64_t slot, KeyValueCache& cache, float* out, float* scratch) const;
    void finish_layer(const Layer& layer, std::int64_t rows, float* x, Workspace& work) const;
};

}  // namespace plumb
