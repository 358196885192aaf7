// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/dropout.h"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>

namespace plumb {
namespace {

/// The finaliser of splitmix64 (Steele et al. 2014): 64 mixed bits of a counter.
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/// Calls visit(i, kept) for all elements; a mixed word decides four of them.
template <class Visit>
void for_each_element(const Dropout& dropout, std::int64_t count, Visit visit) {
    const auto threshold = static_cast<std::uint32_t>(std::lround(dropout.rate * 65536));
    const std::int64_t words = (count + 3) / 4;
    const std::uint64_t start = mixed(dropout.key);
    at::parallel_for(0, words, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t word = begin; word < end; ++word) {
            std::uint64_t bits = mixed(start + static_cast<std::uint64_t>(word));
            const std::int64_t last = std::min(count, 4 * word + 4);
            for (std::int64_t i = 4 * word; i < last; ++i, bits >>= 16)
                visit(i, static_cast<std::uint32_t>(bits & 0xffff) >= threshold);
        }
    });
}

float kept_scale(const Dropout& dropout) { return static_cast<float>(1.0 / (1.0 - dropout.rate)); }

}  // namespace

at::Tensor Dropout::mask(at::IntArrayRef sizes, at::Device device) const {
    at::Tensor result = at::empty(sizes, at::kFloat);
    auto* out = result.data_ptr<float>();
    const float scale = kept_scale(*this);
    for_each_element(*this, result.numel(),
                     [=](std::int64_t i, bool kept) { out[i] = kept ? scale : 0.0f; });
    return result.to(device);
}

at::Tensor Dropout::apply(const at::Tensor& x) const {
    at::Tensor result = at::empty_like(x);
    const auto* in = x.const_data_ptr<float>();
    auto* out = result.data_ptr<float>();
    const float scale = kept_scale(*this);
    for_each_element(*this, x.numel(),
                     [=](std::int64_t i, bool kept) { out[i] = kept ? in[i] * scale : 0.0f; });
    return result;
}

void Dropout::add_applied(const at::Tensor& x, at::Tensor& sum) const {
    const auto* in = x.const_data_ptr<float>();
    auto* out = sum.data_ptr<float>();
    const float scale = kept_scale(*this);
    for_each_element(*this, x.numel(), [=](std::int64_t i, bool kept) {
        if (kept) out[i] += in[i] * scale;
    });
}

}  // namespace plumb
