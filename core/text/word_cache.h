// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// The ids of words seen before, a few MB of them; it starts again when it is full. One thread at a
/// time.
class WordCache {
public:
    /// Longer words are not kept.
    static constexpr std::size_t longest_word = 64;

    /// Valid until the next call of insert().
    std::optional<std::span<const std::int32_t>> find(std::string_view word) const;
    /// Precondition: find() does not know the word, and it is short enough.
    void insert(std::string_view word, std::span<const std::int32_t> ids);

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t text = 0;  ///< offset in texts_
        std::uint32_t ids = 0;   ///< offset in ids_
        std::uint8_t text_size = 0;
        std::uint8_t ids_size = 0;
        bool used = false;
    };

    std::size_t slot_of(std::string_view word, std::uint32_t hash) const;

    std::vector<Slot> slots_ = std::vector<Slot>(1024);
    std::size_t used_ = 0;
    std::string texts_;
    std::vector<std::int32_t> ids_;
};

}  // namespace plumb
