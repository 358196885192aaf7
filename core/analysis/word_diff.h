// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// A stretch of two texts that are compared.
struct DiffPiece {
    enum class Kind { same, removed, added };  ///< in both, in the first alone, in the second alone
    Kind kind = Kind::same;
    std::string text;

    bool operator==(const DiffPiece&) const = default;
};

/// What turns the first text into the second, in words: what is removed stands before what is added
/// in its place. Neighbouring pieces differ in kind, and
/// blanks between two changes belong to both. The pieces that are not added make up the
/// first text, those that are not removed the second. The longest common subsequence of words,
/// blanks and single signs, in time and memory of the product of the lengths; parts of more than
/// some thousand words each are told as replaced.
std::vector<DiffPiece> diff_words(std::string_view before, std::string_view after);

}  // namespace plumb
