// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// The texts of a vocabulary in one buffer, found by id and by text. A table of 150,000 tokens
/// takes about 4 MB.
class TokenTable {
public:
    struct Entry {
        std::string_view text;
        std::int64_t id = 0;
        bool findable = true;  ///< whether find() knows it
    };

    TokenTable() = default;
    /// Where two entries have one id, the later one gives the text. Precondition: ids are at least
    /// 0 and small enough for a table.
    explicit TokenTable(const std::vector<Entry>& entries);

    /// The largest id and one.
    std::int64_t size() const { return static_cast<std::int64_t>(exists_.size()); }
    bool exists(std::int64_t id) const {
        return id >= 0 && id < size() && exists_[static_cast<std::size_t>(id)];
    }
    /// Precondition: exists(id).
    std::string_view text(std::int64_t id) const {
        const auto i = static_cast<std::size_t>(id);
        return std::string_view(buffer_).substr(begins_[i], begins_[i + 1] - begins_[i]);
    }
    /// -1 where no token has this text; the smallest id where several have it.
    std::int32_t find(std::string_view text) const;

private:
    /// An id with half of its text's hash, so that a look-up seldom reads another text.
    struct Slot {
        std::uint32_t hash = 0;
        std::int32_t id = -1;  ///< -1: free
    };

    std::size_t slot_of(std::string_view text, std::size_t hash) const;

    std::string buffer_;
    std::vector<std::uint32_t> begins_ = {0};  ///< by id, and the end
    std::vector<bool> exists_;
    std::vector<Slot> slots_ = std::vector<Slot>(1);
};

}  // namespace plumb
