// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/token_tree.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace plumb {

std::span<const TokenTree::Segment> segments_of(const at::Tensor& segments) {
    static_assert(sizeof(TokenTree::Segment) == 3 * sizeof(std::int64_t));
    return {reinterpret_cast<const TokenTree::Segment*>(segments.const_data_ptr<std::int64_t>()),
            static_cast<std::size_t>(segments.size(0))};
}

std::vector<TokenTree::Family> families_of(const at::Tensor& segments) {
    std::vector<TokenTree::Family> families;
    std::vector<std::size_t> family_of;  // by segment
    for (const TokenTree::Segment& segment : segments_of(segments)) {
        if (segment.parent < 0) {
            family_of.push_back(families.size());
            families.push_back({segment, {}});
            continue;
        }
        family_of.push_back(family_of[static_cast<std::size_t>(segment.parent)]);
        families[family_of.back()].branches.push_back(segment);
    }
    return families;
}

TokenTree TokenTree::of_rows(const at::Tensor& ids) {
    PLUMB_CHECK(ids.dim() == 2, "ids must be [B, T]");
    const std::int64_t length = ids.size(1);
    at::Tensor segments = at::empty({ids.size(0), 3}, at::kLong);
    auto* out = segments.data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < ids.size(0); ++row, out += 3) {
        out[0] = row * length;
        out[1] = length;
        out[2] = -1;
    }
    return {ids.reshape({-1}), segments};
}

std::int64_t TokenTree::begin(std::int64_t segment) const {
    const auto all = segments_of(segments);
    const std::int64_t parent = all[static_cast<std::size_t>(segment)].parent;
    return parent < 0 ? 0 : all[static_cast<std::size_t>(parent)].length;
}

std::int64_t TokenTree::longest() const {
    std::int64_t longest = 0;
    const auto all = segments_of(segments);
    for (std::size_t i = 0; i < all.size(); ++i)
        longest = std::max(longest, begin(static_cast<std::int64_t>(i)) + all[i].length);
    return longest;
}

at::Tensor TokenTree::positions() const {
    at::Tensor positions = at::empty({tokens()}, at::kLong);
    auto* out = positions.data_ptr<std::int64_t>();
    const auto all = segments_of(segments);
    for (std::size_t i = 0; i < all.size(); ++i)
        std::iota(out + all[i].first, out + all[i].first + all[i].length,
                  begin(static_cast<std::int64_t>(i)));
    return positions;
}

std::int64_t TokenTreeBuilder::add(std::span<const std::int64_t> ids, std::int64_t parent) {
    const auto count = static_cast<std::int64_t>(segments_.size() / 3);
    PLUMB_CHECK(parent < count, "a segment goes on from one that is there");
    segments_.insert(segments_.end(),
                     {std::ssize(ids_), std::ssize(ids), parent < 0 ? std::int64_t{-1} : parent});
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    return count;
}

TokenTree TokenTreeBuilder::finish() const {
    const auto options = at::TensorOptions().dtype(at::kLong);
    return {at::tensor(ids_, options), at::tensor(segments_, options).view({-1, 3})};
}

}  // namespace plumb
