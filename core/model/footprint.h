// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "model/config.h"
#include "model/lora_plan.h"
#include "model/memory_ledger.h"

namespace plumb {

/// A memory ledger of something that has not happened yet: bytes by owner, and the most of them.
class MemoryAccount {
public:
    void take(double bytes, MemoryOwner owner = MemoryOwner::activations);
    void give(double bytes, MemoryOwner owner = MemoryOwner::activations) { take(-bytes, owner); }
    /// Taken and given back at once.
    void touch(double bytes, MemoryOwner owner = MemoryOwner::activations);
    /// The peaks start anew from what is held now.
    void reset_peaks();

    double now(MemoryOwner owner) const { return now_[static_cast<std::size_t>(owner)]; }
    double peak(MemoryOwner owner) const { return peak_[static_cast<std::size_t>(owner)]; }
    double now() const { return all_; }
    double peak() const { return peak_of_all_; }

private:
    std::array<double, memory_owners> now_{}, peak_{};
    double all_ = 0, peak_of_all_ = 0;
};

/// A batch: rows [B] of at most length [T], of which the head is applied at `outputs` [N].
struct PassShape {
    std::int64_t rows = 0;
    std::int64_t length = 0;
    std::int64_t outputs = 0;
    std::int64_t shared = 0;  ///< positions that rows have in common and that are computed once
    std::int64_t absent = 0;  ///< positions that shorter rows do not have

    std::int64_t positions() const { return rows * length - shared - absent; }
};

/// What Decoder's passes hold in memory on the CPU, tensor by tensor in the order in which they are
/// made and let go of. It follows decoder.cpp, ops.cpp, packed_decoder.cpp and logprobs.cpp line by
/// line; a test compares it with the ledger. Activations are taken to be float32: those of bfloat16
/// models, which run on LibTorch's operations, are about as large.
class Footprint {
public:
    /// With an adapter only that is trained.
    Footprint(const ModelConfig& config, std::int64_t threads,
              std::optional<AdapterSize> adapter = {})
        : config_(config), threads_(threads), adapter_(adapter) {}

    /// See Decoder::set_gradient_checkpointing().
    void set_gradient_checkpointing(bool on) { gradient_checkpointing_ = on; }

    std::int64_t parameter_count() const;
    /// The flat buffer of parameters with its gaps.
    double parameters() const;
    /// What is trained, the adapter where there is one; gradients take the same.
    double trained() const;
    /// AdamW's moments, and its float32 copies of shorter weights.
    double optimizer() const;
    /// Parameters and rotary tables: what account_as() gives a model.
    double model() const;
    /// Generation's copy of the matrices.
    double packed_copy() const;
    /// A model that was loaded for generation alone.
    double generation_alone() const;
    double key_value_cache(std::int64_t slots, std::int64_t max_length) const;

    /// Reading the model from a folder, after which it is held; weights go straight to their place.
    void load(MemoryAccount& account, MemoryOwner owner) const;
    /// Log-probabilities and entropies of the outputs, or their scores, without gradients.
    void infer(MemoryAccount& account, const PassShape& shape) const;
    /// The same with a graph, which stays.
    void forward(MemoryAccount& account, const PassShape& shape) const;
    /// The pass backwards through that graph, which is gone then.
    void backward(MemoryAccount& account, const PassShape& shape) const;
    /// A rollout: per_prompt completions of each prompt. The packed copy stays.
    void generate(MemoryAccount& account, std::int64_t prompts, std::int64_t per_prompt,
                  std::int64_t longest_prompt, std::int64_t max_new_tokens) const;

private:
    struct Widths;
    Widths widths() const;
    double packed(std::int64_t in, std::int64_t out) const;
    double attention_scratch(const PassShape& pass, bool backward) const;
    double workspace(std::int64_t rows, std::int64_t capacity) const;
    double log_softmax_slices(std::int64_t outputs) const;
    void embed(MemoryAccount& account, const PassShape& shape) const;
    /// Whether the logits of so many outputs are made in slices, and those of a slice.
    bool slices_head(std::int64_t outputs) const;
    double logits_at_once(std::int64_t outputs) const;
    std::int64_t finished(const PassShape& shape, std::int64_t layer) const;
    void layer_forward(MemoryAccount& account, const PassShape& shape, std::int64_t wanted) const;
    void head_forward(MemoryAccount& account, const PassShape& shape) const;
    void head_backward(MemoryAccount& account, const PassShape& shape) const;
    /// ranks: of the adapter there.
    void linear_backward(MemoryAccount& account, std::int64_t rows, std::int64_t in,
                         std::int64_t out, std::int64_t ranks = 0) const;

    ModelConfig config_;
    std::int64_t threads_;
    std::optional<AdapterSize> adapter_;
    bool gradient_checkpointing_ = false;
};

}  // namespace plumb
