// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/added_tokens.h"

#include <utility>

#include "text/unicode.h"

namespace plumb {
namespace {

/// The code point that ends at the offset; empty where none does.
std::optional<char32_t> code_point_before(std::string_view text, std::size_t end) {
    for (std::size_t length = 1; length <= 4 && length <= end; ++length) {
        const CodePoint point = code_point_at(text.substr(0, end), end - length);
        if (point.value && point.length == length) return point.value;
    }
    return std::nullopt;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens)
    : tokens_(std::move(tokens)), ends_(1, -1) {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        const std::string& content = tokens_[i].content;
        if (content.empty()) continue;
        starts_[static_cast<unsigned char>(content[0])] = true;
        std::int32_t node = 0;
        for (const char byte : content) {
            std::int32_t& child = children_.at(node, static_cast<unsigned char>(byte));
            if (child == 0) {
                child = static_cast<std::int32_t>(ends_.size());
                ends_.push_back(-1);
            }
            node = child;
        }
        // Contents may have become equal in a normalizer: the last one counts.
        ends_[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(i);
    }
}

std::optional<AddedTokenFinder::Match> AddedTokenFinder::find(std::string_view text,
                                                              std::size_t offset) const {
    for (std::size_t i = offset; i < text.size(); ++i) {
        if (!starts_[static_cast<unsigned char>(text[i])]) continue;
        std::optional<Match> longest;
        std::int32_t node = 0;
        for (std::size_t end = i; end < text.size();) {
            const std::int32_t* child = children_.find(node, static_cast<unsigned char>(text[end]));
            if (!child) break;
            node = *child;
            ++end;
            if (const std::int32_t token = ends_[static_cast<std::size_t>(node)]; token >= 0)
                longest = Match{i, end, static_cast<std::size_t>(token)};
        }
        if (longest) return longest;
    }
    return std::nullopt;
}

bool AddedTokenFinder::is_single(std::string_view text, std::size_t begin, std::size_t end) {
    const auto before = code_point_before(text, begin);
    if (before && is_word_character(*before)) return false;
    if (end == text.size()) return true;
    const CodePoint after = code_point_at(text, end);
    return !after.value || !is_word_character(*after.value);
}

std::size_t AddedTokenFinder::space_begin(std::string_view text, std::size_t end) {
    for (;;) {
        const auto before = code_point_before(text, end);
        if (!before || !is_white_space(*before)) return end;
        std::string character;
        append_utf8(*before, character);
        end -= character.size();
    }
}

std::size_t AddedTokenFinder::space_end(std::string_view text, std::size_t begin) {
    while (begin < text.size()) {
        const CodePoint point = code_point_at(text, begin);
        if (!point.value || !is_white_space(*point.value)) break;
        begin += point.length;
    }
    return begin;
}

}  // namespace plumb
