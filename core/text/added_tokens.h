// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/pair_map.h"

namespace plumb {

/// A token that is cut out of the text before anything else is done to it.
struct AddedToken {
    std::int64_t id = 0;
    std::string content = {};
    bool special = true;       ///< left out by decode(..., skip_special)
    bool normalized = false;   ///< looked for after those that are not, in the normalized text
    bool single_word = false;  ///< only where no letter, digit or underscore touches it
    bool lstrip = false;       ///< takes the white space before it along
    bool rstrip = false;       ///< takes the white space behind it along
};

/// Finds added tokens in text: leftmost first, among those the longest, as the `tokenizers`
/// library does.
class AddedTokenFinder {
public:
    explicit AddedTokenFinder(std::vector<AddedToken> tokens);

    /// Calls on_text for what lies between the tokens, where it is not empty, and on_token(id) for
    /// each token, in the order of the text.
    template <class OnText, class OnToken>
    void split(std::string_view text, OnText on_text, OnToken on_token) const {
        std::size_t done = 0, offset = 0;
        while (const auto match = find(text, offset)) {
            offset = match->end;
            const AddedToken& token = tokens_[match->token];
            if (token.single_word && !is_single(text, match->begin, match->end)) continue;
            // White space that the token before took along is not taken twice.
            const std::size_t begin =
                token.lstrip ? std::max(space_begin(text, match->begin), done) : match->begin;
            const std::size_t end = token.rstrip ? space_end(text, match->end) : match->end;
            if (begin > done) on_text(text.substr(done, begin - done));
            if (end > begin) on_token(token.id);
            done = end;
        }
        if (done < text.size()) on_text(text.substr(done));
    }

private:
    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t token = 0;  ///< in tokens_
    };
    /// The first match at or after the offset.
    std::optional<Match> find(std::string_view text, std::size_t offset) const;
    static bool is_single(std::string_view text, std::size_t begin, std::size_t end);
    static std::size_t space_begin(std::string_view text, std::size_t end);
    static std::size_t space_end(std::string_view text, std::size_t begin);

    std::vector<AddedToken> tokens_;
    // A tree of the contents' bytes: children by (node, byte), and the token that ends at a node.
    PairMap<std::int32_t> children_;
    std::vector<std::int32_t> ends_;  ///< -1: none
    std::array<bool, 256> starts_{};  ///< first bytes of any content
};

}  // namespace plumb
