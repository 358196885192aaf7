// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "model/config.h"

namespace plumb {

/// The keys and values of rows that are being generated, in memory reserved once. A row owns a
/// slot; its positions start at 0 without gaps. Rows that ended give up their slot's place among
/// the live ones, nothing is moved. One thread at a time.
class KeyValueCache {
public:
    /// Room for `slots` rows of at most max_length positions, all live and empty.
    KeyValueCache(const ModelConfig& config, std::int64_t slots, std::int64_t max_length,
                  at::Device device);

    std::int64_t slots() const { return static_cast<std::int64_t>(lengths_.size()); }
    std::int64_t max_length() const { return max_length_; }
    /// The slot of each live row, in the order of decode()'s rows.
    const std::vector<std::int64_t>& live() const { return live_; }
    /// Positions filled, by live row.
    std::vector<std::int64_t> live_lengths() const;
    /// Keeps these of the live rows (ascending indices into live()) and drops the others.
    void keep(const std::vector<std::int64_t>& rows);

    /// [slots, kv_heads, max_length, head_dim] each.
    at::Tensor& keys(std::size_t layer) { return keys_[layer]; }
    at::Tensor& values(std::size_t layer) { return values_[layer]; }
    void set_length(std::int64_t slot, std::int64_t length);

private:
    std::int64_t max_length_;
    std::vector<std::int64_t> live_;     // slots
    std::vector<std::int64_t> lengths_;  // by slot
    std::vector<at::Tensor> keys_, values_;
};

}  // namespace plumb
