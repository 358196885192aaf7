// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/vocabulary_map.h"

#include <bit>
#include <functional>
#include <utility>

#include "base/check.h"

namespace plumb {
namespace {

std::uint32_t hash_of(std::string_view word) {
    const std::uint64_t hash = std::hash<std::string_view>()(word);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

void CharacterMap::insert(char32_t character, std::int64_t id) {
    auto& page = pages_[character >> 8];
    if (!page) {
        page = std::make_unique<Page>();
        page->fill(-1);
    }
    (*page)[character & 0xFF] = static_cast<std::int32_t>(id);
}

// At most half of the slots are used, which keeps probe sequences short.
WordMap::WordMap(std::size_t words) : slots_(std::bit_ceil(2 * words + 2)) {
    words_.reserve(words);
    ids_.reserve(words);
}

std::size_t WordMap::slot_of(std::string_view word, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    while (slots_[i].index >= 0) {
        const auto index = static_cast<std::size_t>(slots_[i].index);
        if (slots_[i].hash == hash && words_[index] == word) break;
        i = (i + 1) & mask;
    }
    return i;
}

void WordMap::insert(std::string word, std::int64_t id) {
    const std::uint32_t hash = hash_of(word);
    Slot& slot = slots_[slot_of(word, hash)];
    if (slot.index >= 0) {
        ids_[static_cast<std::size_t>(slot.index)] = id;
        return;
    }
    PLUMB_CHECK(2 * words_.size() < slots_.size(), "more words than announced");
    slot = {hash, static_cast<std::int32_t>(words_.size())};
    words_.push_back(std::move(word));
    ids_.push_back(id);
}

std::int64_t WordMap::find(std::string_view word) const {
    const Slot& slot = slots_[slot_of(word, hash_of(word))];
    return slot.index < 0 ? -1 : ids_[static_cast<std::size_t>(slot.index)];
}

}  // namespace plumb
