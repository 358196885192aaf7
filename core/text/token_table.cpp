// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/token_table.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace plumb {

TokenTable::TokenTable(const std::vector<Entry>& entries) {
    std::int64_t size = 0;
    for (const Entry& entry : entries) size = std::max(size, entry.id + 1);
    std::vector<const Entry*> by_id(static_cast<std::size_t>(size));
    std::size_t bytes = 0;
    for (const Entry& entry : entries) {
        by_id[static_cast<std::size_t>(entry.id)] = &entry;
        bytes += entry.text.size();
    }
    buffer_.reserve(bytes);
    begins_.reserve(by_id.size() + 1);
    for (const Entry* entry : by_id) {
        exists_.push_back(entry != nullptr);
        if (entry) buffer_ += entry->text;
        begins_.push_back(static_cast<std::uint32_t>(buffer_.size()));
    }
    slots_.assign(std::bit_ceil(2 * by_id.size() + 2), -1);
    for (std::size_t id = 0; id < by_id.size(); ++id)
        if (by_id[id] && by_id[id]->findable)
            slots_[slot_of(by_id[id]->text)] = static_cast<std::int32_t>(id);
}

std::size_t TokenTable::slot_of(std::string_view text) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = std::hash<std::string_view>()(text) & mask;
    while (slots_[slot] >= 0 && this->text(slots_[slot]) != text) slot = (slot + 1) & mask;
    return slot;
}

std::int32_t TokenTable::find(std::string_view text) const { return slots_[slot_of(text)]; }

}  // namespace plumb
