// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace plumb {

/// A map from pairs of token ids: open addressing, keys and values in arrays of their own, so that
/// a look-up that finds nothing reads the keys alone.
template <class Value>
class PairMap {
public:
    /// Room for this many pairs before it grows.
    explicit PairMap(std::size_t pairs = 0) { resize(std::bit_ceil(pairs * 3 / 2 + 8)); }

    std::size_t size() const { return used_; }

    /// Null where the pair is not in the map. Valid until the next insertion.
    const Value* find(std::int32_t left, std::int32_t right) const {
        const std::size_t slot = slot_of(key_of(left, right));
        return keys_[slot] == free_key ? nullptr : &values_[slot];
    }

    /// The value of the pair, a new one where it had none. Valid until the next call.
    Value& at(std::int32_t left, std::int32_t right) {
        if (3 * (used_ + 1) > 2 * keys_.size()) grow();
        const std::uint64_t key = key_of(left, right);
        const std::size_t slot = slot_of(key);
        if (keys_[slot] == free_key) {
            keys_[slot] = key;
            ++used_;
        }
        return values_[slot];
    }

    /// Calls on_pair(left, right, value) for every pair, in no order to rely on.
    template <class OnPair>
    void for_each(OnPair on_pair) {
        for (std::size_t slot = 0; slot < keys_.size(); ++slot)
            if (keys_[slot] != free_key)
                on_pair(static_cast<std::int32_t>(keys_[slot] >> 32),
                        static_cast<std::int32_t>(keys_[slot] & 0xFFFFFFFFu), values_[slot]);
    }

    void clear() {
        keys_.assign(keys_.size(), free_key);
        values_.assign(values_.size(), Value());
        used_ = 0;
    }

private:
    /// Ids are at least 0, so no pair has this key.
    static constexpr std::uint64_t free_key = ~std::uint64_t{0};

    static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
               static_cast<std::uint32_t>(right);
    }

    std::size_t slot_of(std::uint64_t key) const {
        const std::size_t mask = keys_.size() - 1;
        std::size_t slot = (key * 0x9E3779B97F4A7C15u) >> shift_;
        while (keys_[slot] != free_key && keys_[slot] != key) slot = (slot + 1) & mask;
        return slot;
    }

    void resize(std::size_t slots) {
        keys_.assign(slots, free_key);
        values_.clear();
        values_.resize(slots);
        shift_ = 64 - std::countr_zero(slots);
        used_ = 0;
    }

    void grow() {
        std::vector<std::uint64_t> keys = std::move(keys_);
        std::vector<Value> values = std::move(values_);
        resize(2 * keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] == free_key) continue;
            const std::size_t slot = slot_of(keys[i]);
            keys_[slot] = keys[i];
            values_[slot] = std::move(values[i]);
            ++used_;
        }
    }

    std::vector<std::uint64_t> keys_;
    std::vector<Value> values_;
    std::size_t used_ = 0;
    int shift_ = 0;
};

}  // namespace plumb
