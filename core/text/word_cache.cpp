// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/word_cache.h"

#include <functional>
#include <utility>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::size_t most_slots = 1 << 17;

std::uint32_t hash_of(std::string_view word) {
    const std::uint64_t hash = std::hash<std::string_view>()(word);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

std::size_t WordCache::slot_of(std::string_view word, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    for (; slots_[i].used; i = (i + 1) & mask) {
        const Slot& slot = slots_[i];
        if (slot.hash == hash && std::string_view(texts_).substr(slot.text, slot.text_size) == word)
            break;
    }
    return i;
}

std::optional<std::span<const std::int32_t>> WordCache::find(std::string_view word) const {
    const Slot& slot = slots_[slot_of(word, hash_of(word))];
    if (!slot.used) return std::nullopt;
    return std::span(ids_).subspan(slot.ids, slot.ids_size);
}

void WordCache::insert(std::string_view word, std::span<const std::int32_t> ids) {
    PLUMB_CHECK(word.size() <= longest_word && ids.size() <= longest_word, "too long to be kept");
    if (2 * (used_ + 1) > slots_.size()) {
        const bool full = slots_.size() == most_slots;
        const auto old = std::exchange(slots_, std::vector<Slot>(full ? 1024 : 2 * slots_.size()));
        if (full) {
            used_ = 0;
            texts_.clear();
            ids_.clear();
        } else {
            for (const Slot& slot : old) {
                if (!slot.used) continue;
                std::size_t i = slot.hash & (slots_.size() - 1);
                while (slots_[i].used) i = (i + 1) & (slots_.size() - 1);
                slots_[i] = slot;
            }
        }
    }
    const std::uint32_t hash = hash_of(word);
    slots_[slot_of(word, hash)] = {hash,
                                   static_cast<std::uint32_t>(texts_.size()),
                                   static_cast<std::uint32_t>(ids_.size()),
                                   static_cast<std::uint8_t>(word.size()),
                                   static_cast<std::uint8_t>(ids.size()),
                                   true};
    ++used_;
    texts_ += word;
    ids_.insert(ids_.end(), ids.begin(), ids.end());
}

}  // namespace plumb
