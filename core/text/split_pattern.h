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
    /// In the dialect of the `tokenizers` library as far as tokenizers use it: \s and \w are
    /// Unicode's, and so are classes. literal: the pattern is text to be found as it is. Errors: a
    /// pattern that is empty, no regular expression, too long, or that backtracks for ever.
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
        /// would take more steps or memory than a sensible pattern needs (compile() refuses
        /// patterns that do on short texts). Precondition: text is UTF-8, and the offset the
        /// beginning of a character or the end.
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
    /// Whether searches in a few short texts stay within the limits of the pattern.
    bool ends_soon() const;

    std::unique_ptr<Compiled> compiled_;
};

/// GPT-2's pattern, which ByteLevel uses unless its use_regex is off.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Calls on_match(span) for each match from left to right; a match may be empty.
template <class OnMatch>
void for_each_match(SplitPattern::Matcher& matcher, std::string_view text, OnMatch on_match) {
    std::size_t offset = 0;
    SplitPattern::Span match;
    while (offset < text.size() && matcher.find(text, offset, match)) {
        on_match(match);
        offset = match.end;
        if (match.end > match.begin) continue;
        do ++offset;
        while (offset < text.size() && (text[offset] & 0xC0) == 0x80);
    }
}

}  // namespace plumb
