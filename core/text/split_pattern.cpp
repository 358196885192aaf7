// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/split_pattern.h"

#include <array>
#include <utility>
#include <vector>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace plumb {
namespace {

template <class T, void (*free)(T*)>
struct Free {
    void operator()(T* pointer) const { free(pointer); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Free<T, free>>;

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

constexpr std::size_t longest_pattern = 10'000;
/// Of one search. A sensible pattern needs a few hundred for a word.
constexpr std::uint32_t most_steps = 10'000'000;
constexpr std::uint32_t most_memory_kb = 64 * 1024;
/// Of one search in a text of a few dozen characters, when a pattern is tried out.
constexpr std::uint32_t most_trial_steps = 200'000;

/// What Oniguruma's \w has, and what it has beside that outside of classes.
const std::string word_class = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
const std::string latin_numbers = "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";

/// The pattern with what Oniguruma has otherwise than PCRE2: \s is White_Space, without U+180E; \w
/// has all that counts as a letter, marks and connecting punctuation.
std::string in_pcre(const std::string& pattern) {
    std::string changed;
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        if (c != '\\' || i + 1 == pattern.size()) {
            changed += c;
            continue;
        }
        const std::string word = in_class ? word_class : word_class + latin_numbers;
        const char next = pattern[++i];
        if (next == 's')
            changed += "\\p{White_Space}";
        else if (next == 'S')
            changed += "\\P{White_Space}";
        else if (next == 'w')
            changed += in_class ? word : "[" + word + "]";
        else if (next == 'W' && !in_class)
            changed += "[^" + word + "]";
        else if (next == 'h')
            changed += in_class ? "0-9a-fA-F" : "[0-9a-fA-F]";
        else
            (changed += '\\') += next;
    }
    return changed;
}

Error not_usable(const std::string& pattern, const std::string& why) {
    std::string shown = pattern.substr(0, 200);
    while (!shown.empty() && (shown.back() & 0xC0) == 0x80) shown.pop_back();
    return invalid_input("the pattern \"" + shown + (shown.size() < pattern.size() ? "…" : "") +
                         "\" is not understood: " + why);
}

/// Texts on which patterns that backtrack for ever do so: one character again and again, then
/// another one.
std::vector<std::string> trial_texts() {
    std::vector<std::string> texts;
    for (const char* again : {"a", "A", "1", " ", "\n", "!", "a ", "ab", "1a", " \n", "\xC3\xA9"})
        for (const char* end : {"!", "z", "9", "\n"}) {
            std::string text;
            while (text.size() < 48) text += again;
            texts.push_back(text + end);
        }
    return texts;
}

}  // namespace

struct SplitPattern::Compiled {
    Owned<pcre2_code, pcre2_code_free> code;
    Owned<pcre2_match_context, pcre2_match_context_free> limits;
};

struct SplitPattern::Matcher::State {
    Owned<pcre2_match_data, pcre2_match_data_free> match;
};

SplitPattern::SplitPattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
SplitPattern::~SplitPattern() = default;

Result<std::shared_ptr<const SplitPattern>> SplitPattern::compile(const std::string& pattern,
                                                                  bool literal) {
    if (pattern.empty()) return invalid_input("the pattern is empty.");
    if (pattern.size() > longest_pattern)
        return not_usable(pattern,
                          "it is longer than " + std::to_string(longest_pattern) + " characters.");
    if (!literal && pattern.find("&&") != pattern.npos)
        return not_usable(pattern, "intersections of classes (&&) are not supported.");
    int error = 0;
    PCRE2_SIZE offset = 0;
    // ^ and $ stand at every line in Oniguruma.
    const std::uint32_t options =
        literal ? PCRE2_UTF | PCRE2_LITERAL : PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE;
    const std::string translated = literal ? pattern : in_pcre(pattern);
    auto compiled = std::make_unique<Compiled>();
    compiled->code.reset(
        pcre2_compile(bytes(translated), translated.size(), options, &error, &offset, nullptr));
    if (!compiled->code) {
        std::array<PCRE2_UCHAR, 256> reason{};
        pcre2_get_error_message(error, reason.data(), reason.size());
        return not_usable(pattern, std::string(reinterpret_cast<const char*>(reason.data())) + ".");
    }
    // Where there is no just-in-time compilation the interpreter does the same, only slower.
    pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE);
    compiled->limits.reset(pcre2_match_context_create(nullptr));
    pcre2_match_context* limits = compiled->limits.get();
    pcre2_set_heap_limit(limits, most_memory_kb);
    pcre2_set_match_limit(limits, most_trial_steps);
    auto made = std::shared_ptr<const SplitPattern>(new SplitPattern(std::move(compiled)));
    if (!literal && !made->ends_soon())
        return not_usable(pattern, "it backtracks without end on short texts.");
    pcre2_set_match_limit(limits, most_steps);
    return made;
}

bool SplitPattern::ends_soon() const {
    const Owned<pcre2_match_data, pcre2_match_data_free> match(pcre2_match_data_create(1, nullptr));
    for (const std::string& text : trial_texts()) {
        const int found = pcre2_match(compiled_->code.get(), bytes(text), text.size(), 0,
                                      PCRE2_NO_UTF_CHECK, match.get(), compiled_->limits.get());
        if (found < PCRE2_ERROR_NOMATCH) return false;
    }
    return true;
}

SplitPattern::Matcher::Matcher(std::shared_ptr<const SplitPattern> pattern)
    : pattern_(std::move(pattern)), state_(std::make_unique<State>()) {
    state_->match.reset(pcre2_match_data_create(1, nullptr));
}
SplitPattern::Matcher::Matcher(Matcher&&) noexcept = default;
SplitPattern::Matcher::~Matcher() = default;

bool SplitPattern::Matcher::find(std::string_view text, std::size_t offset, Span& match) {
    const pcre2_code* code = pattern_->compiled_->code.get();
    const auto search = [&](std::uint32_t options) {
        return pcre2_match(code, bytes(text), text.size(), offset, PCRE2_NO_UTF_CHECK | options,
                           state_->match.get(), pattern_->compiled_->limits.get());
    };
    int found = search(0);
    // The interpreter keeps its backtracking points on the heap.
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = search(PCRE2_NO_JIT);
    // 0: there are more groups than the match data has room for, which are not asked for.
    if (found < 0) return false;
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer(state_->match.get());
    match = {span[0], span[1]};
    return true;
}

}  // namespace plumb
