// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/kv_cache.h"

#include <numeric>

#include "base/check.h"

namespace plumb {

KeyValueCache::KeyValueCache(const ModelConfig& config, std::int64_t slots, std::int64_t max_length,
                             at::Device device)
    : max_length_(max_length),
      live_(static_cast<std::size_t>(slots)),
      lengths_(static_cast<std::size_t>(slots), 0) {
    PLUMB_CHECK(slots > 0 && max_length > 0, "a cache needs room");
    std::iota(live_.begin(), live_.end(), 0);
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
    for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer)
        for (auto* part : {&keys_, &values_})
            part->push_back(at::zeros(
                {slots, config.num_key_value_heads, max_length, config.head_dim}, options));
}

std::vector<std::int64_t> KeyValueCache::live_lengths() const {
    std::vector<std::int64_t> lengths;
    for (std::int64_t slot : live_) lengths.push_back(lengths_[static_cast<std::size_t>(slot)]);
    return lengths;
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

}  // namespace plumb
