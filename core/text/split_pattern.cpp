// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/split_pattern.h"

#include <array>
#include <utility>

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

/// PCRE2's \s has U+180E beside White_Space, which Oniguruma's has not.
std::string with_unicode_space(const std::string& pattern) {
    std::string changed;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '\\' || i + 1 == pattern.size()) {
            changed += pattern[i];
            continue;
        }
        const char next = pattern[++i];
        if (next == 's')
            changed += "\\p{White_Space}";
        else if (next == 'S')
            changed += "\\P{White_Space}";
        else
            (changed += '\\') += next;
    }
    return changed;
}

}  // namespace

struct SplitPattern::Compiled {
    Owned<pcre2_code, pcre2_code_free> code;
};

struct SplitPattern::Matcher::State {
    Owned<pcre2_match_data, pcre2_match_data_free> match;
};

SplitPattern::SplitPattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
SplitPattern::~SplitPattern() = default;

Result<std::shared_ptr<const SplitPattern>> SplitPattern::compile(const std::string& pattern,
                                                                  bool literal) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    // ^ and $ stand at every line in Oniguruma.
    const std::uint32_t options =
        literal ? PCRE2_UTF | PCRE2_LITERAL : PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE;
    const std::string translated = literal ? pattern : with_unicode_space(pattern);
    auto compiled = std::make_unique<Compiled>();
    compiled->code.reset(
        pcre2_compile(bytes(translated), translated.size(), options, &error, &offset, nullptr));
    if (!compiled->code) {
        std::array<PCRE2_UCHAR, 256> reason{};
        pcre2_get_error_message(error, reason.data(), reason.size());
        return invalid_input("the pattern \"" + pattern + "\" is not understood: " +
                             reinterpret_cast<const char*>(reason.data()));
    }
    // Where there is no just-in-time compilation the interpreter does the same, only slower.
    pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE);
    return std::shared_ptr<const SplitPattern>(new SplitPattern(std::move(compiled)));
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
                           state_->match.get(), nullptr);
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
