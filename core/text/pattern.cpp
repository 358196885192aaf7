// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/pattern.h"

#include <array>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace plumb {
namespace {

// A match that needs more looks like catastrophic backtracking: a second or so of one core.
constexpr std::uint32_t match_limit = 2'000'000;
constexpr std::size_t jit_stack_bytes = 1 << 20;

std::string reason(int code) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

template <class T, void (*free)(T*)>
struct Free {
    void operator()(T* pointer) const { free(pointer); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Free<T, free>>;

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

struct Pattern::Compiled {
    Owned<pcre2_code, pcre2_code_free> code;
    Owned<pcre2_match_context, pcre2_match_context_free> context;
    Owned<pcre2_match_data, pcre2_match_data_free> match;
    Owned<pcre2_jit_stack, pcre2_jit_stack_free> stack;
};

Pattern::Pattern(std::string pattern, std::shared_ptr<const Compiled> compiled)
    : pattern_(std::move(pattern)), compiled_(std::move(compiled)) {}

Result<Pattern> Pattern::make(std::string pattern) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    auto compiled = std::make_shared<Compiled>();
    compiled->code.reset(pcre2_compile(bytes(pattern), pattern.size(),
                                       PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &error,
                                       &offset, nullptr));
    if (!compiled->code)
        return invalid_input("The pattern \"" + pattern + "\" is not a regular expression: " +
                             reason(error) + " at offset " + std::to_string(offset) + ".");
    compiled->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(compiled->context.get(), match_limit);
    compiled->match.reset(pcre2_match_data_create_from_pattern(compiled->code.get(), nullptr));
    // Without just-in-time compilation the interpreter does the same, only slower.
    if (pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE) == 0) {
        compiled->stack.reset(pcre2_jit_stack_create(32 * 1024, jit_stack_bytes, nullptr));
        pcre2_jit_stack_assign(compiled->context.get(), nullptr, compiled->stack.get());
    }
    return Pattern(std::move(pattern), std::move(compiled));
}

Result<bool> Pattern::found_in(std::string_view text) const { return match(text, 0); }

Result<bool> Pattern::matches_all_of(std::string_view text) const {
    return match(text, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

Result<bool> Pattern::match(std::string_view text, std::uint32_t options) const {
    const int matched = pcre2_match(compiled_->code.get(), bytes(text), text.size(), 0, options,
                                    compiled_->match.get(), compiled_->context.get());
    if (matched >= 0) return true;
    if (matched == PCRE2_ERROR_NOMATCH) return false;
    return Error{ErrorCode::failed, "The pattern \"" + pattern_ + "\" could not be searched for (" +
                                        reason(matched) + "). Give one that backtracks less."};
}

}  // namespace plumb
