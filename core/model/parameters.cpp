// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/parameters.h"

namespace plumb {
namespace {

using enum Parameter;

constexpr Parameter layer_matrices[] = {qkv, output, gate_up, down};
constexpr Parameter layer_vectors[] = {input_norm,   post_norm, qkv_bias,        output_bias,
                                       gate_up_bias, down_bias, input_norm_bias, post_norm_bias,
                                       q_norm,       k_norm};

}  // namespace

std::int64_t ParameterPlace::numel() const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

std::vector<std::int64_t> parameter_shape(const ModelConfig& c, Parameter parameter) {
    using Shape = std::vector<std::int64_t>;
    const auto where = [](bool present, Shape shape) { return present ? shape : Shape{}; };
    const bool centred = c.norm == NormKind::layer;
    switch (parameter) {
        case embedding: return {c.vocab_size, c.hidden_size};
        case positions:
            return where(c.positions == PositionKind::learned,
                         {c.max_position_embeddings, c.hidden_size});
        case head: return where(c.has_own_head(), {c.score_head ? 1 : c.vocab_size, c.hidden_size});
        case norm:
        case input_norm:
        case post_norm: return {c.hidden_size};
        case norm_bias:
        case input_norm_bias:
        case post_norm_bias: return where(centred, {c.hidden_size});
        case qkv: return {c.qkv_columns(), c.hidden_size};
        case qkv_bias: return where(c.qkv_bias, {c.qkv_columns()});
        case q_norm:
        case k_norm: return where(c.qk_norm, {c.head_dim});
        case output: return {c.hidden_size, c.attention_columns()};
        case output_bias: return where(c.output_bias, {c.hidden_size});
        case gate_up: return {c.mlp_columns(), c.hidden_size};
        case gate_up_bias: return where(c.mlp_bias, {c.mlp_columns()});
        case down: return {c.hidden_size, c.intermediate_size};
        case down_bias: return where(c.mlp_bias, {c.hidden_size});
    }
    return {};
}

std::vector<ParameterPlace> decoder_parameters(const ModelConfig& config) {
    std::vector<ParameterPlace> places;
    const auto add = [&](Parameter parameter, std::int64_t layer) {
        auto shape = parameter_shape(config, parameter);
        if (!shape.empty()) places.push_back({parameter, layer, std::move(shape)});
    };
    add(embedding, 0);
    add(positions, 0);
    for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
        for (const Parameter matrix : layer_matrices) add(matrix, layer);
    add(head, 0);
    for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
        for (const Parameter vector : layer_vectors) add(vector, layer);
    add(norm, 0);
    add(norm_bias, 0);
    return places;
}

}  // namespace plumb
