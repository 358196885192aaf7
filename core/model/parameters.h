// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "model/config.h"

namespace plumb {

/// A decoder's parameters. q, k and v are one matrix, gate and up another.
enum class Parameter {
    embedding,        ///< [vocab, hidden]
    positions,        ///< [max_position_embeddings, hidden], where positions are learned
    head,             ///< [vocab, hidden], or [1, hidden] of a score; none where it is tied
    norm,             ///< [hidden], behind the last layer
    norm_bias,        ///< [hidden]
    input_norm,       ///< [hidden], before attention; from here on one in each layer
    input_norm_bias,  ///< [hidden]
    post_norm,        ///< [hidden], before the MLP
    post_norm_bias,   ///< [hidden]
    qkv,              ///< [(heads + 2 kv_heads) head_dim, hidden]
    qkv_bias,
    q_norm,  ///< [head_dim]
    k_norm,  ///< [head_dim]
    output,  ///< [hidden, heads head_dim]
    output_bias,
    gate_up,  ///< [2 intermediate, hidden]: gate, then up; without a gate [intermediate, hidden]
    gate_up_bias,
    down,  ///< [hidden, intermediate]
    down_bias,
};

struct ParameterPlace {
    Parameter parameter;
    std::int64_t layer;  ///< 0 for those outside of the layers
    std::vector<std::int64_t> shape;

    std::int64_t numel() const;
    /// Whether weight decay shrinks it: matrices and embeddings, no norms and biases.
    bool decays() const { return shape.size() == 2; }
};

/// All that a decoder of this configuration has, in the order of its flat buffer: what decays comes
/// first.
std::vector<ParameterPlace> decoder_parameters(const ModelConfig& config);

/// The shape of one; empty where the configuration has none.
std::vector<std::int64_t> parameter_shape(const ModelConfig& config, Parameter parameter);

}  // namespace plumb
