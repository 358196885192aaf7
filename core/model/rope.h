// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

#include "model/config.h"

namespace plumb {

/// Cosines and sines of every position's angles, as Hugging Face computes them in float32.
struct RopeTables {
    at::Tensor cos;  // [max_position_embeddings, head_dim / 2] float32
    at::Tensor sin;  // the same
};

/// Frequencies theta^(-2i / head_dim), with the llama3 scaling where the configuration has one:
/// wavelengths above original / low_freq_factor are stretched by factor, those below
/// original / high_freq_factor kept, those between blended (Llama 3.1).
RopeTables make_rope_tables(const ModelConfig& config, at::Device device);

}  // namespace plumb
