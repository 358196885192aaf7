// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// Character to id in two array reads: pages of 256 code points, only those in use allocated.
class CharacterMap {
public:
    void insert(char32_t character, std::int64_t id);
    /// -1 where the character is not in the map.
    std::int64_t find(char32_t character) const {
        const auto& page = pages_[character >> 8];
        return page ? (*page)[character & 0xFF] : -1;
    }

private:
    using Page = std::array<std::int32_t, 256>;
    std::vector<std::unique_ptr<Page>> pages_ =
        std::vector<std::unique_ptr<Page>>((0x10FFFF >> 8) + 1);
};

/// Word to id: open addressing with the hash beside the id, so that a look-up touches one line of
/// memory before it compares text.
class WordMap {
public:
    /// Room for this many words.
    explicit WordMap(std::size_t words = 0);

    /// Precondition: no more words than announced.
    void insert(std::string word, std::int64_t id);
    /// -1 where the word is not in the map.
    std::int64_t find(std::string_view word) const;

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::int32_t index = -1;  ///< into words_; -1: free
    };

    std::size_t slot_of(std::string_view word, std::uint32_t hash) const;

    std::vector<Slot> slots_;
    std::vector<std::string> words_;
    std::vector<std::int64_t> ids_;
};

}  // namespace plumb
