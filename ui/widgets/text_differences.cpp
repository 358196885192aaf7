// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/text_differences.h"

#include "analysis/word_diff.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// What differs is marked word by word up to here: a stretch of as many characters that has no word
/// in common with the other text says nothing more.
constexpr qsizetype longest_marked = 20'000;

}  // namespace

TextDifferences textDifferences(const std::string& first, const std::string& second) {
    TextDifferences found;
    int atFirst = 0, atSecond = 0;
    for (const DiffPiece& piece : diff_words(first, second)) {
        const auto size = static_cast<int>(toQString(piece.text).size());
        if (piece.kind != DiffPiece::Kind::same && size > longest_marked) found.too_many = true;
        if (piece.kind == DiffPiece::Kind::removed)
            found.first.push_back({atFirst, atFirst + size});
        else if (piece.kind == DiffPiece::Kind::added)
            found.second.push_back({atSecond, atSecond + size});
        if (piece.kind != DiffPiece::Kind::added) atFirst += size;
        if (piece.kind != DiffPiece::Kind::removed) atSecond += size;
    }
    return found;
}

}  // namespace plumb::ui
