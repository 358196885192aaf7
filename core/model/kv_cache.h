// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "model/config.h"

namespace plumb {

/// Whether generation runs on the kernels of kernels.h: float32 on the CPU.
inline bool runs_on_kernels(const ModelConfig& config, at::Device device) {
    return device.is_cpu() && config.dtype == WeightType::float32;
}

/// The keys and values of rows that are being generated, in memory reserved once. A row owns a
/// slot; its positions start at 0 without gaps. Rows that ended give up their slot's place among
/// the live ones, nothing is moved. One thread at a time, apart from memory of different slots.
class KeyValueCache {
public:
    /// How memory is laid out, and with it what runs on it: the kernels (see above), or ATen's
    /// operations, which need more time.
    enum class Layout { kernels, composed };

    /// Room for `slots` rows of at most max_length positions, all live and empty.
    KeyValueCache(const ModelConfig& config, std::int64_t slots, std::int64_t max_length,
                  at::Device device)
        : KeyValueCache(config, slots, max_length, device,
                        runs_on_kernels(config, device) ? Layout::kernels : Layout::composed) {}
    KeyValueCache(const ModelConfig& config, std::int64_t slots, std::int64_t max_length,
                  at::Device device, Layout layout);

    Layout layout() const { return layout_; }

    std::int64_t slots() const { return static_cast<std::int64_t>(lengths_.size()); }
    std::int64_t max_length() const { return max_length_; }
    /// The slot of each live row, in the order of decode()'s rows.
    const std::vector<std::int64_t>& live() const { return live_; }
    std::int64_t length(std::int64_t slot) const {
        return lengths_[static_cast<std::size_t>(slot)];
    }
    void set_length(std::int64_t slot, std::int64_t length);
    /// Keeps these of the live rows (ascending indices into live()) and drops the others.
    void keep(const std::vector<std::int64_t>& rows);

    /// [slots, kv_heads, ...]: composed [max_length, head_dim], else as Kernels::cache_store says.
    at::Tensor& keys(std::size_t layer) { return keys_[layer]; }
    at::Tensor& values(std::size_t layer) { return values_[layer]; }

    /// One head's memory in the kernels' layout.
    struct Head {
        float* keys;
        float* values;
    };
    Head head(std::size_t layer, std::int64_t slot, std::int64_t kv_head);
    /// Copies the first `length` positions of a slot to another, in the kernels' layout.
    void copy_slot(std::int64_t from, std::int64_t to, std::int64_t length);

private:
    Layout layout_;
    std::int64_t max_length_, kv_heads_, head_dim_;
    std::vector<std::int64_t> live_;     // slots
    std::vector<std::int64_t> lengths_;  // by slot
    std::vector<at::Tensor> keys_, values_;
};

}  // namespace plumb
