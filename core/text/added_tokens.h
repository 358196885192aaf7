// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// A token that is cut out of the text before anything else is done to it.
struct AddedToken {
    std::int64_t id = 0;
    std::string content;
    bool special = true;      ///< left out by decode(..., skip_special)
    bool normalized = false;  ///< looked for after those that are not
};

/// Finds added tokens in text: leftmost first, among those the longest, as the `tokenizers`
/// library does.
class AddedTokenFinder {
public:
    explicit AddedTokenFinder(std::vector<AddedToken> tokens);

    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::int64_t id = 0;
    };
    std::optional<Match> find(std::string_view text) const;

private:
    std::vector<AddedToken> tokens_;  ///< longest first
    std::array<bool, 256> starts_{};  ///< first bytes of any content
};

/// Calls on_text for what lies between the tokens, also where it is empty.
template <class OnText>
void for_each_between(const AddedTokenFinder& finder, std::string_view text, OnText on_text) {
    while (const auto match = finder.find(text)) {
        on_text(text.substr(0, match->begin));
        text.remove_prefix(match->end);
    }
    on_text(text);
}

}  // namespace plumb
