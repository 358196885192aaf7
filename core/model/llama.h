// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "model/config.h"
#include "model/rope.h"
#include "model/safetensors.h"

namespace plumb {

class KeyValueCache;
struct PackedLlama;

/// A Llama-family decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU, and a head:
/// tied or untied logits, or a score (ModelConfig::score_head). All parameters are views of one
/// flat buffer (and their gradients of another), each 64-byte aligned, so that the optimiser, the
/// norm of the gradient and zeroing are one operation each. q, k and v are one matrix, gate and up
/// another; files hold them apart, as Hugging Face does.
class Llama {
public:
    /// Parameters are uninitialised: call initialise() or load_tensors().
    Llama(const ModelConfig& config, at::Device device);
    Llama(const Llama&) = delete;
    Llama& operator=(const Llama&) = delete;
    Llama(Llama&&) noexcept;
    Llama& operator=(Llama&&) noexcept;
    ~Llama();

    /// Linear weights N(0, 1/sqrt(fan_in)), those that write to the residual stream divided by
    /// sqrt(2 layers) further, embedding N(0, 0.02), norms 1, score head N(0, 1/sqrt(hidden + 1)).
    void initialise(std::uint64_t seed);
    /// A frozen reward or value model on this decoder: its layers with a score head of zeros, or,
    /// given a seed, one drawn as initialise() does.
    Llama with_score_head(std::optional<std::uint64_t> seed) const;

    static Result<Llama> load(const std::filesystem::path& folder, at::Device device);
    /// config.json, generation_config.json and model.safetensors; the folder must exist.
    Status save(const std::filesystem::path& folder) const;

    /// The parameters (or, with gradients = true, their gradients) under Hugging Face's names, as
    /// views of the flat buffers; the tied head is left out.
    TensorMap named_tensors(bool gradients = false) const;
    /// Copies the tensors in; a missing, unknown or wrongly shaped one is named, and nothing is
    /// changed then. origin: the file, for the message.
    Status load_tensors(const TensorMap& tensors, const std::string& origin);

    /// Hidden states after the final norm, [B, T, hidden]. ids [B, T] int64, rows right-padded:
    /// attention is causal, so padding at the end changes nothing before it. Positions count from
    /// 0. Differentiable where gradients are on.
    at::Tensor hidden_states(const at::Tensor& ids) const;
    /// hidden_states after the embedding and after every block, the last one normed.
    std::vector<at::Tensor> all_hidden_states(const at::Tensor& ids) const;
    /// hidden [..., hidden] to logits [..., vocab]. Differentiable where gradients are on.
    /// Precondition here and in generation: no score head.
    at::Tensor logits(const at::Tensor& hidden) const;
    /// hidden [..., hidden] to scores [...]. Differentiable. Precondition: a score head.
    at::Tensor scores(const at::Tensor& hidden) const;

    // Generation. On the CPU it uses a copy of the parameters in the kernels' layout, which is made
    // anew when they have changed; autograd's version counter tells, so parameters must be changed
    // by ATen's operations, not through raw pointers.

    /// Fills an empty cache with right-padded prompts [B, T] of the given lengths and returns the
    /// hidden state of each prompt's last token, [B, hidden]. The cache has B slots, or a multiple:
    /// then slots / B rows that stand together share each prompt. No gradients.
    at::Tensor prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                       KeyValueCache& cache) const;
    /// Appends one token to each live row of the cache; returns its hidden state [B, hidden]. On
    /// the CPU bit for bit what hidden_states gives for the same position.
    at::Tensor decode(const at::Tensor& ids, KeyValueCache& cache) const;
    /// logits() for the hidden states [B, hidden] of prefill and decode. No gradients.
    at::Tensor next_logits(const at::Tensor& hidden) const;

    const ModelConfig& config() const { return config_; }
    at::Device device() const { return device_; }
    std::int64_t parameter_count() const;

    /// Everything trainable: the first decay_size() elements take weight decay (matrices and
    /// embedding), the rest (norms) do not. Gaps between parameters hold zeros.
    at::Tensor& flat_parameters() { return flat_; }
    const at::Tensor& flat_parameters() const { return flat_; }
    at::Tensor& flat_gradients() { return flat_gradients_; }
    const RopeTables& rope() const { return rope_; }
    std::int64_t decay_size() const { return decay_size_; }
    /// Allocates the gradients and turns gradients on. Without it the model is frozen.
    void enable_training();
    bool is_trainable() const { return flat_gradients_.defined(); }
    void zero_gradients();

    /// A copy with the same parameters, frozen.
    Llama frozen_copy() const;

private:
    struct Layer {
        at::Tensor input_norm;  // [hidden]
        at::Tensor qkv;         // [(heads + 2 kv_heads) head_dim, hidden]
        at::Tensor output;      // [hidden, heads head_dim]
        at::Tensor post_norm;   // [hidden]
        at::Tensor gate_up;     // [2 intermediate, hidden]
        at::Tensor down;        // [hidden, intermediate]
        at::Tensor qkv_bias, output_bias, gate_up_bias, down_bias;  // undefined where unused
    };
    /// A parameter of the Hugging Face layout: rows of one of ours.
    struct Slice {
        std::string name;
        const at::Tensor* parameter;
        std::int64_t first_row, rows;
    };

    void allocate();
    bool has_own_head() const;
    std::vector<at::Tensor*> parameters();
    std::vector<Slice> slices() const;
    at::Tensor embed(const at::Tensor& ids) const;
    at::Tensor attention_block(const Layer& layer, const at::Tensor& x) const;
    at::Tensor mlp_block(const Layer& layer, const at::Tensor& x) const;
    at::Tensor final_norm(const at::Tensor& x) const;
    at::Tensor composed_prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                                KeyValueCache& cache) const;
    at::Tensor composed_decode(const at::Tensor& ids, KeyValueCache& cache) const;
    std::shared_ptr<const PackedLlama> packed() const;

    ModelConfig config_;
    at::Device device_;
    at::Tensor flat_, flat_gradients_;
    std::int64_t decay_size_ = 0;
    // head_ is embedding_ where they are tied, [1, hidden] where it is a score.
    at::Tensor embedding_, head_, norm_;
    std::vector<Layer> layers_;
    RopeTables rope_;
    struct PackedCopy;
    mutable std::unique_ptr<PackedCopy> packed_copy_;
};

}  // namespace plumb
