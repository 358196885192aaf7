// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/word_diff.h"
#include "common/text.h"
#include "widgets/label_text.h"

namespace plumb::ui {

/// What differs is marked word by word up to here: a stretch of as many characters that has no word
/// in common with the other text says nothing more.
inline constexpr qsizetype longest_marked = 20'000;

/// Where two texts differ, in characters of each.
struct TextDifferences {
    std::vector<TextRange> left, right;
    bool too_many = false;
};

inline TextDifferences differencesOf(const std::string& left, const std::string& right) {
    TextDifferences found;
    int atLeft = 0, atRight = 0;
    for (const DiffPiece& piece : diff_words(left, right)) {
        const auto size = static_cast<int>(toQString(piece.text).size());
        if (piece.kind != DiffPiece::Kind::same && size > longest_marked) found.too_many = true;
        if (piece.kind == DiffPiece::Kind::removed)
            found.left.push_back({atLeft, atLeft + size});
        else if (piece.kind == DiffPiece::Kind::added)
            found.right.push_back({atRight, atRight + size});
        if (piece.kind != DiffPiece::Kind::added) atLeft += size;
        if (piece.kind != DiffPiece::Kind::removed) atRight += size;
    }
    return found;
}

}  // namespace plumb::ui
