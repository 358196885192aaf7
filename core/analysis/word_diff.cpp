// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/word_diff.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <span>
#include <utility>

namespace plumb {
namespace {

using Words = std::vector<std::string_view>;

/// 64 MB of table: two texts of 4000 words and blanks.
constexpr std::size_t most_cells = std::size_t{16} << 20;

enum class Sign { letter, blank, other };

Sign sign_of(char c) {
    const auto byte = static_cast<unsigned char>(c);
    // Bytes of other alphabets belong to words.
    if (byte >= 0x80 || std::isalnum(byte) || c == '\'') return Sign::letter;
    return std::isspace(byte) ? Sign::blank : Sign::other;
}

Words words_of(std::string_view text) {
    Words words;
    for (std::size_t begin = 0; begin < text.size();) {
        const Sign sign = sign_of(text[begin]);
        std::size_t end = begin + 1;
        while (sign != Sign::other && end < text.size() && sign_of(text[end]) == sign) ++end;
        words.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return words;
}

void add(std::vector<DiffPiece>& pieces, DiffPiece::Kind kind,
         std::span<const std::string_view> words) {
    if (words.empty()) return;
    if (pieces.empty() || pieces.back().kind != kind) pieces.push_back({kind, {}});
    for (const std::string_view word : words) pieces.back().text += word;
}

/// Lengths of the longest common subsequences of all ends of both texts.
class Lengths {
public:
    Lengths(std::span<const std::string_view> a, std::span<const std::string_view> b)
        : width_(b.size() + 1), cells_((a.size() + 1) * width_) {
        for (std::size_t i = a.size(); i-- > 0;)
            for (std::size_t j = b.size(); j-- > 0;)
                cells_[i * width_ + j] = a[i] == b[j]
                                             ? (*this)(i + 1, j + 1) + 1
                                             : std::max((*this)(i + 1, j), (*this)(i, j + 1));
    }
    std::uint32_t operator()(std::size_t i, std::size_t j) const { return cells_[i * width_ + j]; }

private:
    std::size_t width_;
    std::vector<std::uint32_t> cells_;
};

/// What differs between two texts whose first and last words differ.
void diff_middle(std::vector<DiffPiece>& pieces, std::span<const std::string_view> a,
                 std::span<const std::string_view> b) {
    std::size_t i = 0, j = 0;
    if ((a.size() + 1) * (b.size() + 1) <= most_cells) {
        const Lengths common(a, b);
        while (i < a.size() && j < b.size()) {
            if (a[i] == b[j]) {
                add(pieces, DiffPiece::Kind::same, a.subspan(i, 1));
                ++i, ++j;
                continue;
            }
            // All that goes before the next common word, then all that comes in its place.
            std::size_t to_i = i, to_j = j;
            while (to_i < a.size() && to_j < b.size() && a[to_i] != b[to_j])
                common(to_i + 1, to_j) >= common(to_i, to_j + 1) ? ++to_i : ++to_j;
            add(pieces, DiffPiece::Kind::removed, a.subspan(i, to_i - i));
            add(pieces, DiffPiece::Kind::added, b.subspan(j, to_j - j));
            i = to_i;
            j = to_j;
        }
    }
    add(pieces, DiffPiece::Kind::removed, a.subspan(i));
    add(pieces, DiffPiece::Kind::added, b.subspan(j));
}

bool is_blank(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return sign_of(c) == Sign::blank; });
}

/// Words on both sides of which something differs are read more easily as one change with the
/// blanks between them.
std::vector<DiffPiece> without_shared_blanks(const std::vector<DiffPiece>& pieces) {
    std::vector<DiffPiece> joined;
    std::string removed, added;
    const auto flush = [&] {
        if (!removed.empty())
            joined.push_back({DiffPiece::Kind::removed, std::exchange(removed, {})});
        if (!added.empty()) joined.push_back({DiffPiece::Kind::added, std::exchange(added, {})});
    };
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const DiffPiece& piece = pieces[i];
        if (piece.kind == DiffPiece::Kind::removed) {
            removed += piece.text;
        } else if (piece.kind == DiffPiece::Kind::added) {
            added += piece.text;
        } else if (i > 0 && i + 1 < pieces.size() && is_blank(piece.text)) {
            removed += piece.text;
            added += piece.text;
        } else {
            flush();
            joined.push_back(piece);
        }
    }
    flush();
    return joined;
}

}  // namespace

std::vector<DiffPiece> diff_words(std::string_view before, std::string_view after) {
    const Words a = words_of(before), b = words_of(after);
    const auto shortest = std::min(a.size(), b.size());
    std::size_t front = 0, back = 0;
    while (front < shortest && a[front] == b[front]) ++front;
    while (back < shortest - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
    const std::span<const std::string_view> all_a(a), all_b(b);
    std::vector<DiffPiece> pieces;
    add(pieces, DiffPiece::Kind::same, all_a.first(front));
    diff_middle(pieces, all_a.subspan(front, a.size() - front - back),
                all_b.subspan(front, b.size() - front - back));
    add(pieces, DiffPiece::Kind::same, all_a.last(back));
    return without_shared_blanks(pieces);
}

}  // namespace plumb
