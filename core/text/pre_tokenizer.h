// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/split_pattern.h"

namespace plumb {

/// What becomes of the matches by which text is split.
enum class SplitBehavior {
    isolated,  ///< each is a piece of its own
    removed,
    merged_with_previous,  ///< each ends the piece before it
    merged_with_next,      ///< each begins the piece behind it
    contiguous,            ///< those side by side are one piece
};

/// Calls on_piece(piece) for each piece of the text, in order and without empty ones. invert: what
/// lies between the matches counts as match, and the other way round.
void split_text(SplitPattern::Matcher& matcher, std::string_view text, SplitBehavior behavior,
                bool invert, const std::function<void(std::string_view)>& on_piece);

/// Cuts text into the words that are merged each for itself, as the `tokenizers` library does:
/// every step is done to each piece of the step before.
class PreTokenizer {
public:
    struct Step {
        enum class Kind {
            split,         ///< by the pattern
            add_blank,     ///< puts a blank before a piece without one
            byte_symbols,  ///< writes the bytes in the alphabet of byte_symbol()
            metaspace,     ///< SentencePiece: writes a blank as another character
        };
        enum class Prepend { never, first, always };

        Kind kind = Kind::split;
        std::shared_ptr<const SplitPattern> pattern = {};
        SplitBehavior behavior = SplitBehavior::isolated;
        bool invert = false;
        // Of metaspace:
        std::string mark = "\xE2\x96\x81";
        Prepend prepend = Prepend::always;  ///< before which pieces without one a mark is put
        bool split_at_mark = true;          ///< whether a word begins at each mark
    };
    using OnWord = std::function<void(std::string_view)>;

    /// Memory for apply(), to be used again; one thread at a time.
    class Scratch {
    public:
        explicit Scratch(const PreTokenizer& owner);

    private:
        friend PreTokenizer;
        std::vector<std::unique_ptr<SplitPattern::Matcher>> matchers_;  ///< by step; null: none
    };

    PreTokenizer() = default;
    explicit PreTokenizer(std::vector<Step> steps);

    /// at_start: whether the piece is the beginning of the whole text. Bytes that are no UTF-8 are
    /// words of their own.
    void apply(std::string_view text, bool at_start, Scratch& scratch, const OnWord& on_word) const;

    bool empty() const { return steps_.empty(); }
    /// Whether words come in the alphabet of byte_symbol().
    bool gives_symbols() const { return gives_symbols_; }

private:
    void apply_from(std::size_t step, std::string_view text, bool at_start, Scratch& scratch,
                    const OnWord& on_word) const;
    void apply_metaspace(std::size_t step, std::string_view text, bool at_start, Scratch& scratch,
                         const OnWord& on_word) const;

    std::vector<Step> steps_;
    bool gives_symbols_ = false;
};

}  // namespace plumb
