// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <ATen/ATen.h>

namespace plumb {

/// Dropout whose draws have a key instead of a state: element i of a tensor is dropped or not by
/// (key, i) alone, so that the pass backwards draws the same again, nothing is kept, and a run that
/// goes on repeats itself. What stays is divided by 1 - rate.
struct Dropout {
    double rate = 0;  ///< 0: off; to 1 / 65536
    std::uint64_t key = 0;

    bool is_on() const { return rate > 0; }
    /// 0 or 1 / (1 - rate), float32 of these sizes.
    at::Tensor mask(at::IntArrayRef sizes, at::Device device) const;
    /// x times the mask; x is contiguous float32 on the CPU.
    at::Tensor apply(const at::Tensor& x) const;
    /// sum += x times the mask, both like that.
    void add_applied(const at::Tensor& x, at::Tensor& sum) const;
};

}  // namespace plumb
