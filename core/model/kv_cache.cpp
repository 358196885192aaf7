// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/kv_cache.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "model/kernels.h"
#include "model/memory_ledger.h"
#include "model/safetensors.h"

namespace plumb {

KeyValueCache::KeyValueCache(const ModelConfig& config, std::int64_t slots, std::int64_t max_length,
                             at::Device device, Layout layout)
    : layout_(layout),
      max_length_(max_length),
      kv_heads_(config.num_key_value_heads),
      head_dim_(config.head_dim),
      live_(static_cast<std::size_t>(slots)),
      lengths_(static_cast<std::size_t>(slots), 0) {
    PLUMB_CHECK(layout == Layout::composed || runs_on_kernels(config, device),
                "the kernels run on the CPU in float32");
    PLUMB_CHECK(slots > 0 && max_length > 0, "a cache needs room");
    std::iota(live_.begin(), live_.end(), 0);
    const auto options = at::TensorOptions().dtype(scalar_type_of(config.dtype)).device(device);
    const std::int64_t panel = kernels().panel;
    const auto panels = [&](std::int64_t size) { return (size + panel - 1) / panel; };
    for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
        if (layout == Layout::kernels) {
            // Memory that no row reaches is never touched, and so never costs a page.
            keys_.push_back(
                at::empty({slots, kv_heads_, panels(max_length), head_dim_, panel}, options));
            values_.push_back(
                at::empty({slots, kv_heads_, panels(head_dim_), max_length, panel}, options));
        } else {
            keys_.push_back(at::zeros({slots, kv_heads_, max_length, head_dim_}, options));
            values_.push_back(at::zeros({slots, kv_heads_, max_length, head_dim_}, options));
        }
        account_as(keys_.back(), MemoryOwner::cache);
        account_as(values_.back(), MemoryOwner::cache);
    }
}

void KeyValueCache::keep(const std::vector<std::int64_t>& rows) {
    std::vector<std::int64_t> kept;
    for (std::int64_t row : rows) kept.push_back(live_.at(static_cast<std::size_t>(row)));
    live_ = std::move(kept);
}

void KeyValueCache::set_length(std::int64_t slot, std::int64_t length) {
    PLUMB_CHECK(length <= max_length_, "the cache is full");
    lengths_.at(static_cast<std::size_t>(slot)) = length;
}

KeyValueCache::Head KeyValueCache::head(std::size_t layer, std::int64_t slot,
                                        std::int64_t kv_head) {
    const at::Tensor &keys = keys_[layer], &values = values_[layer];
    return {
        keys.mutable_data_ptr<float>() + slot * keys.stride(0) + kv_head * keys.stride(1),
        values.mutable_data_ptr<float>() + slot * values.stride(0) + kv_head * values.stride(1)};
}

void KeyValueCache::copy_slot(std::int64_t from, std::int64_t to, std::int64_t length) {
    const std::int64_t panel = kernels().panel;
    const std::int64_t key_floats = (length + panel - 1) / panel * panel * head_dim_;
    for (std::size_t layer = 0; layer < keys_.size(); ++layer)
        for (std::int64_t i = 0; i < kv_heads_; ++i) {
            const Head source = head(layer, from, i), target = head(layer, to, i);
            std::copy_n(source.keys, key_floats, target.keys);
            for (std::int64_t column = 0; column < head_dim_; column += panel)
                std::copy_n(source.values + column * max_length_, length * panel,
                            target.values + column * max_length_);
        }
}

}  // namespace plumb
