// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/composed_ops.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "model/token_tree.h"

namespace plumb::composed {

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
    if (bias.defined()) return at::layer_norm(x, weight.sizes(), weight, bias, eps);
    const at::Tensor wide = c10::elementSize(x.scalar_type()) < 4 ? x.to(at::kFloat) : x;
    const at::Tensor scale = (wide.square().mean(-1, /*keepdim=*/true) + eps).rsqrt();
    return (wide * scale).to(x.scalar_type()) * weight;
}

at::Tensor head_norm(const at::Tensor& qkv, const at::Tensor& q_weight, const at::Tensor& k_weight,
                     std::int64_t heads, std::int64_t kv_heads, double eps) {
    const auto apart = qkv.unflatten(-1, {heads + 2 * kv_heads, -1})
                           .split_with_sizes({heads, kv_heads, kv_heads}, -2);
    return at::cat({norm(apart[0], q_weight, {}, eps), norm(apart[1], k_weight, {}, eps), apart[2]},
                   -2)
        .flatten(-2);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
    at::Tensor y = at::linear(x, weight, bias);
    return residual.defined() ? y + residual : y;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual, const ops::LowRank& adapter, const Dropout& dropout) {
    at::Tensor y = linear(x, weight, bias, residual);
    if (!adapter.a.defined()) return y;
    const at::Tensor in =
        dropout.is_on() ? x * dropout.mask(x.sizes(), x.device()).to(x.scalar_type()) : x;
    const at::Tensor low = at::linear(in, adapter.a);  // [..., sum of ranks]
    std::int64_t rank = 0, offset = 0, row = 0;
    std::vector<at::Tensor> columns;
    const auto fill_up_to = [&](std::int64_t end) {  // rows without an adapter
        if (end == row) return;
        auto sizes = y.sizes().vec();
        sizes.back() = end - row;
        columns.push_back(at::zeros(sizes, y.options()));
        row = end;
    };
    for (const auto& part : adapter.parts) {
        fill_up_to(part.first_row);
        const at::Tensor b =
            adapter.b.narrow(0, offset, part.rows * part.rank).view({part.rows, part.rank});
        columns.push_back(at::linear(low.narrow(-1, rank, part.rank), b) * part.scale);
        rank += part.rank;
        offset += part.rows * part.rank;
        row += part.rows;
    }
    fill_up_to(weight.size(0));
    return y + at::cat(columns, -1);
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    const at::Tensor c = cos.unsqueeze(-2).to(x.scalar_type());  // over the heads
    const at::Tensor s = sin.unsqueeze(-2).to(x.scalar_type());
    const std::int64_t half = cos.size(-1), rest = x.size(-1) - 2 * half;
    const auto parts = x.split_with_sizes({half, half, rest}, -1);
    return at::cat({parts[0] * c - parts[1] * s, parts[1] * c + parts[0] * s, parts[2]}, -1);
}

Qkv split_and_rotate(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     std::int64_t heads, std::int64_t kv_heads) {
    const auto apart = qkv.unflatten(-1, {heads + 2 * kv_heads, -1})
                           .split_with_sizes({heads, kv_heads, kv_heads}, -2);
    if (!cos.defined()) return {apart[0], apart[1], apart[2]};
    return {rotate(apart[0], cos, sin), rotate(apart[1], cos, sin), apart[2]};
}

namespace {

/// The sequences of a tree as padded rows [B, T].
struct PaddedRows {
    explicit PaddedRows(const at::Tensor& segments) {
        using Segment = TokenTree::Segment;
        std::vector<std::pair<Segment, Segment>> sequences;  // what a branch goes on from, itself
        for (const TokenTree::Family& family : families_of(segments)) {
            if (family.branches.empty()) sequences.push_back({{}, family.root});
            for (const Segment& branch : family.branches)
                sequences.push_back({family.root, branch});
        }
        rows = std::ssize(sequences);
        std::int64_t tokens = 0;
        for (const Segment& segment : segments_of(segments)) tokens += segment.length;
        for (const auto& [root, own] : sequences)
            length = std::max(length, root.length + own.length);
        std::vector<std::int64_t> token(static_cast<std::size_t>(rows * length), 0);
        std::vector<std::int64_t> place(static_cast<std::size_t>(tokens), -1);
        for (std::int64_t row = 0; row < rows; ++row) {
            std::int64_t next = row * length;
            const auto& [root, own] = sequences[static_cast<std::size_t>(row)];
            for (const Segment& segment : {root, own})
                for (std::int64_t t = 0; t < segment.length; ++t, ++next) {
                    token[static_cast<std::size_t>(next)] = segment.first + t;
                    std::int64_t& first = place[static_cast<std::size_t>(segment.first + t)];
                    if (first < 0) first = next;  // of what branches share: in the first of them
                }
        }
        tokens_at = at::tensor(token, at::kLong);
        places_of = at::tensor(place, at::kLong);
    }

    std::int64_t rows = 0, length = 0;
    at::Tensor tokens_at;  // [B T]: the token at each place, any one at padding
    at::Tensor places_of;  // [N]: of each token
};

}  // namespace

at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& segments,
                            const at::Tensor& cos, const at::Tensor& sin, std::int64_t heads,
                            std::int64_t kv_heads, std::int64_t window) {
    const PaddedRows padded(segments);
    const at::Tensor rows = qkv.index_select(0, padded.tokens_at.to(qkv.device()))
                                .view({padded.rows, padded.length, -1});
    const auto angles = [&](const at::Tensor& all) {
        return all.defined() ? all.narrow(0, 0, padded.length) : all;
    };
    const Qkv parts = split_and_rotate(rows, angles(cos), angles(sin), heads, kv_heads);
    std::optional<at::Tensor> mask;
    if (window > 0 && window < padded.length) {
        const auto options = qkv.options().dtype(at::kBool);
        mask = at::ones({padded.length, padded.length}, options).tril().triu(1 - window);
    }
    const at::Tensor out = at::scaled_dot_product_attention(
        parts.q.transpose(1, 2), parts.k.transpose(1, 2), parts.v.transpose(1, 2), mask,
        /*dropout_p=*/0.0, /*is_causal=*/!mask, /*scale=*/{}, /*enable_gqa=*/heads != kv_heads);
    return out.transpose(1, 2).flatten(-2).flatten(0, 1).index_select(
        0, padded.places_of.to(qkv.device()));
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    const auto halves = gate_up.chunk(2, -1);
    return at::silu(halves[0]) * halves[1];
}

at::Tensor gelu(const at::Tensor& x, bool exact) { return at::gelu(x, exact ? "none" : "tanh"); }

}  // namespace plumb::composed
