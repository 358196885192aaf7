// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plumb {

/// A regular expression by which a tokenizer cuts text into pieces. Any thread may use it.
class SplitPattern {
public:
    /// In the dialect of the `tokenizers` library as far as tokenizers use it: \s is Unicode's
    /// White_Space, and classes are those of Unicode. literal: the pattern is text to be found as
    /// it is.
    static Result<std::shared_ptr<const SplitPattern>> compile(const std::string& pattern,
                                                               bool literal = false);

    struct Span {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    /// What one thread needs to search with the pattern.
    class Matcher {
    public:
        explicit Matcher(std::shared_ptr<const SplitPattern> pattern);
        Matcher(Matcher&&) noexcept;
        ~Matcher();

        /// The next match at or after the offset; false where there is none, or where the search
        /// would take more steps or memory than a sensible pattern needs. Precondition: text is
        /// UTF-8, and the offset the beginning of a character or the end.
        bool find(std::string_view text, std::size_t offset, Span& match);

    private:
        struct State;
        std::shared_ptr<const SplitPattern> pattern_;
        std::unique_ptr<State> state_;
    };

    ~SplitPattern();

private:
    struct Compiled;
    explicit SplitPattern(std::unique_ptr<Compiled> compiled);

    std::unique_ptr<Compiled> compiled_;
};

/// GPT-2's pattern, which ByteLevel uses unless its use_regex is off.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Calls on_piece(piece) for the matches and for what lies between them, in the order of the text
/// and without empty pieces; each sort may be left out.
template <class OnPiece>
void split_text(SplitPattern::Matcher& matcher, std::string_view text, bool keep_matches,
                bool keep_rest, OnPiece on_piece) {
    std::size_t done = 0, offset = 0;
    SplitPattern::Span match;
    while (offset < text.size() && matcher.find(text, offset, match)) {
        if (keep_rest && match.begin > done) on_piece(text.substr(done, match.begin - done));
        if (keep_matches && match.end > match.begin)
            on_piece(text.substr(match.begin, match.end - match.begin));
        done = offset = match.end;
        if (match.end > match.begin) continue;
        do ++offset;
        while (offset < text.size() && (text[offset] & 0xC0) == 0x80);
    }
    if (keep_rest && done < text.size()) on_piece(text.substr(done));
}

}  // namespace plumb
