// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/added_tokens.h"

#include <algorithm>
#include <utility>

namespace plumb {

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
    std::stable_sort(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) {
        return a.content.size() > b.content.size();
    });
    for (const auto& token : tokens_) starts_[static_cast<unsigned char>(token.content[0])] = true;
}

std::optional<AddedTokenFinder::Match> AddedTokenFinder::find(std::string_view text) const {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!starts_[static_cast<unsigned char>(text[i])]) continue;
        for (const auto& token : tokens_)
            if (text.substr(i).starts_with(token.content))
                return Match{i, i + token.content.size(), token.id};
    }
    return std::nullopt;
}

}  // namespace plumb
