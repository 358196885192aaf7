// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/token_table.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace plumb {

TokenTable::TokenTable(const std::vector<Entry>& entries) {
    std::int64_t size = 0;
    std::size_t bytes = 0;
    for (const Entry& entry : entries) {
        size = std::max(size, entry.id + 1);
        bytes += entry.text.size();
    }
    std::vector<const Entry*> by_id(static_cast<std::size_t>(size));
    for (const Entry& entry : entries) by_id[static_cast<std::size_t>(entry.id)] = &entry;
    buffer_.reserve(bytes);
    begins_.reserve(by_id.size() + 1);
    exists_.reserve(by_id.size());
    slots_.assign(std::bit_ceil(entries.size() * 3 / 2 + 2), {});
    for (std::size_t id = 0; id < by_id.size(); ++id) {
        const Entry* entry = by_id[id];
        exists_.push_back(entry != nullptr);
        if (entry) buffer_ += entry->text;
        begins_.push_back(static_cast<std::uint32_t>(buffer_.size()));
        if (!entry || !entry->findable) continue;
        const std::size_t hash = std::hash<std::string_view>()(entry->text);
        Slot& slot = slots_[slot_of(entry->text, hash)];
        if (slot.id < 0)
            slot = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::int32_t>(id)};
    }
}

std::size_t TokenTable::slot_of(std::string_view text, std::size_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    const auto half = static_cast<std::uint32_t>(hash >> 32);
    std::size_t i = hash & mask;
    for (; slots_[i].id >= 0; i = (i + 1) & mask)
        if (slots_[i].hash == half && this->text(slots_[i].id) == text) break;
    return i;
}

std::int32_t TokenTable::find(std::string_view text) const {
    return slots_[slot_of(text, std::hash<std::string_view>()(text))].id;
}

}  // namespace plumb
