// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/ATen.h>

namespace plumb {

/// Sequences of tokens end to end, without padding, of which several may go on from one beginning:
/// the completions of a group from their prompt, both answers of a pair. What they share is
/// computed once. A sequence is a segment, or the segment it goes on from and then its own tokens.
struct TokenTree {
    struct Segment {
        std::int64_t first;   ///< its first token among all
        std::int64_t length;  ///< tokens of its own
        std::int64_t parent;  ///< the segment before it that it goes on from, which has none; or -1
    };

    /// A segment without a parent, and those that go on from it.
    struct Family {
        Segment root;
        std::vector<Segment> branches;
    };

    at::Tensor ids;       ///< [N] int64
    at::Tensor segments;  ///< [S, 3] int64 on the CPU: Segment's numbers

    /// Rows of equal length, ids [B, T].
    static TokenTree of_rows(const at::Tensor& ids);

    std::int64_t tokens() const { return ids.size(0); }
    std::int64_t count() const { return segments.size(0); }
    /// Position of the segment's first token in its sequence.
    std::int64_t begin(std::int64_t segment) const;
    /// Of the longest sequence.
    std::int64_t longest() const;
    /// Of every token in its sequence, [N] int64.
    at::Tensor positions() const;
};

/// The rows of TokenTree::segments.
std::span<const TokenTree::Segment> segments_of(const at::Tensor& segments);
/// The same by families, in the order of their roots.
std::vector<TokenTree::Family> families_of(const at::Tensor& segments);

/// Puts sequences together, one after another.
class TokenTreeBuilder {
public:
    /// Returns the segment's number. parent: one that is there already and has no parent itself.
    std::int64_t add(std::span<const std::int64_t> ids, std::int64_t parent = -1);
    /// Place of the segment's first token among all.
    std::int64_t first(std::int64_t segment) const {
        return segments_[static_cast<std::size_t>(3 * segment)];
    }
    std::int64_t length(std::int64_t segment) const {
        return segments_[static_cast<std::size_t>(3 * segment + 1)];
    }
    TokenTree finish() const;

private:
    std::vector<std::int64_t> ids_, segments_;
};

}  // namespace plumb
