// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/pre_tokenizer.h"

#include <algorithm>
#include <utility>

#include "text/byte_alphabet.h"
#include "text/normalizer.h"
#include "text/unicode.h"

namespace plumb {
namespace {

/// A match, or what lies between two.
struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_match = false;
};

std::vector<Stretch> stretches_of(SplitPattern::Matcher& matcher, std::string_view text,
                                  bool invert) {
    std::vector<Stretch> stretches;
    std::size_t done = 0;
    for_each_match(matcher, text, [&](SplitPattern::Span match) {
        if (match.begin > done) stretches.push_back({done, match.begin, invert});
        stretches.push_back({match.begin, match.end, !invert});
        done = match.end;
    });
    if (done < text.size()) stretches.push_back({done, text.size(), invert});
    return stretches;
}

/// Joins each stretch with the one before where the behavior wants that.
std::vector<Stretch> joined(const std::vector<Stretch>& stretches, SplitBehavior behavior) {
    std::vector<Stretch> pieces;
    bool after_match = false;
    for (const Stretch& stretch : stretches) {
        const bool join = behavior == SplitBehavior::contiguous ? stretch.is_match == after_match
                                                                : stretch.is_match && !after_match;
        after_match = stretch.is_match;
        if (join && !pieces.empty())
            pieces.back().end = stretch.end;
        else
            pieces.push_back(stretch);
    }
    return pieces;
}

/// The same from behind.
std::vector<Stretch> joined_with_next(const std::vector<Stretch>& stretches) {
    std::vector<Stretch> pieces;
    bool before_match = false;
    for (std::size_t i = stretches.size(); i-- > 0;) {
        const bool join = stretches[i].is_match && !before_match && !pieces.empty();
        before_match = stretches[i].is_match;
        if (join)
            pieces.back().begin = stretches[i].begin;
        else
            pieces.push_back(stretches[i]);
    }
    std::ranges::reverse(pieces);
    return pieces;
}

}  // namespace

void split_text(SplitPattern::Matcher& matcher, std::string_view text, SplitBehavior behavior,
                bool invert, const std::function<void(std::string_view)>& on_piece) {
    const auto piece = [&](std::size_t begin, std::size_t end) {
        if (end > begin) on_piece(text.substr(begin, end - begin));
    };
    if (behavior == SplitBehavior::isolated || behavior == SplitBehavior::removed) {
        const bool all = behavior == SplitBehavior::isolated;
        std::size_t done = 0;
        for_each_match(matcher, text, [&](SplitPattern::Span match) {
            if (all || !invert) piece(done, match.begin);
            if (all || invert) piece(match.begin, match.end);
            done = match.end;
        });
        if (all || !invert) piece(done, text.size());
        return;
    }
    const std::vector<Stretch> stretches = stretches_of(matcher, text, invert);
    for (const Stretch& joint : behavior == SplitBehavior::merged_with_next
                                    ? joined_with_next(stretches)
                                    : joined(stretches, behavior))
        piece(joint.begin, joint.end);
}

PreTokenizer::PreTokenizer(std::vector<Step> steps) : steps_(std::move(steps)) {
    gives_symbols_ = std::ranges::any_of(
        steps_, [](const Step& step) { return step.kind == Step::Kind::byte_symbols; });
}

PreTokenizer::Scratch::Scratch(const PreTokenizer& owner) {
    for (const Step& step : owner.steps_)
        matchers_.push_back(step.pattern ? std::make_unique<SplitPattern::Matcher>(step.pattern)
                                         : nullptr);
}

void PreTokenizer::apply(std::string_view text, bool at_start, Scratch& scratch,
                         const OnWord& on_word) const {
    if (steps_.empty()) {
        if (!text.empty()) on_word(text);
        return;
    }
    for_each_valid_stretch(
        text,
        [&](std::string_view part) {
            apply_from(0, part, at_start && part.data() == text.data(), scratch, on_word);
        },
        [&](std::string_view byte) {
            on_word(gives_symbols_ ? to_byte_symbols(byte) : std::string(byte));
        });
}

void PreTokenizer::apply_from(std::size_t step, std::string_view text, bool at_start,
                              Scratch& scratch, const OnWord& on_word) const {
    if (step == steps_.size()) return on_word(text);
    const Step& now = steps_[step];
    std::string changed;
    switch (now.kind) {
        case Step::Kind::split:
            if (step + 1 == steps_.size())
                return split_text(*scratch.matchers_[step], text, now.behavior, now.invert,
                                  on_word);
            return split_text(*scratch.matchers_[step], text, now.behavior, now.invert,
                              [&](std::string_view piece) {
                                  apply_from(step + 1, piece,
                                             at_start && piece.data() == text.data(), scratch,
                                             on_word);
                              });
        case Step::Kind::add_blank:
            if (!text.starts_with(' ')) {
                changed = " " + std::string(text);
                text = changed;
            }
            return apply_from(step + 1, text, at_start, scratch, on_word);
        case Step::Kind::byte_symbols:
            changed = to_byte_symbols(text);
            return apply_from(step + 1, changed, at_start, scratch, on_word);
        case Step::Kind::metaspace: return apply_metaspace(step, text, at_start, scratch, on_word);
    }
}

void PreTokenizer::apply_metaspace(std::size_t step, std::string_view text, bool at_start,
                                   Scratch& scratch, const OnWord& on_word) const {
    const Step& now = steps_[step];
    std::string marked = replace_all(text, " ", now.mark);
    const bool wanted =
        now.prepend == Step::Prepend::always || (now.prepend == Step::Prepend::first && at_start);
    if (wanted && !marked.starts_with(now.mark)) marked.insert(0, now.mark);
    std::string_view rest = marked;
    while (now.split_at_mark && !rest.empty()) {
        const std::size_t next =
            rest.find(now.mark, rest.starts_with(now.mark) ? now.mark.size() : 0);
        if (next == rest.npos) break;
        if (next > 0)
            apply_from(step + 1, rest.substr(0, next), at_start && rest.data() == marked.data(),
                       scratch, on_word);
        rest.remove_prefix(next);
    }
    if (!rest.empty())
        apply_from(step + 1, rest, at_start && rest.data() == marked.data(), scratch, on_word);
}

}  // namespace plumb
