// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include <ATen/ATen.h>

#include "model/config.h"

namespace plumb {

/// Cosines and sines of every position's angles, as Hugging Face computes them in float32.
/// Undefined where positions are learned.
struct RopeTables {
    at::Tensor cos;  // [positions, rotary_dim / 2] float32
    at::Tensor sin;  // the same
};

/// The tables of a model, which are made longer when longer sequences come: configurations allow
/// for positions by the million. May be used by several threads.
///
/// Frequencies theta^(-2i / rotary_dim), with the llama3 scaling where the configuration has one:
/// wavelengths above original / low_freq_factor are stretched by factor, those below
/// original / high_freq_factor kept, those between blended (Llama 3.1).
class RotaryPositions {
public:
    /// Positions that are there from the start, or fewer where the model has fewer.
    static constexpr std::int64_t first_length = 4096;

    RotaryPositions(const ModelConfig& config, at::Device device);
    /// Copies use the same tables.
    RotaryPositions(const RotaryPositions&) = default;
    RotaryPositions(RotaryPositions&&) noexcept;
    RotaryPositions& operator=(RotaryPositions&&) noexcept;
    ~RotaryPositions();

    /// Of the first `length` positions, at most max_position_embeddings.
    RopeTables up_to(std::int64_t length) const;
    /// All that are there.
    RopeTables tables() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace plumb
