// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/normalizer.h"

#include <algorithm>
#include <cstdlib>

#include <utf8proc.h>

#include "base/check.h"
#include "text/unicode.h"

namespace plumb {
namespace {

utf8proc_option_t form_options(Normalizer::Kind kind) {
    int options = UTF8PROC_STABLE;
    const bool composed = kind == Normalizer::Kind::nfc || kind == Normalizer::Kind::nfkc;
    options |= composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    if (kind == Normalizer::Kind::nfkc || kind == Normalizer::Kind::nfkd)
        options |= UTF8PROC_COMPAT;
    return static_cast<utf8proc_option_t>(options);
}

/// True only where the form leaves the text alone: below U+0300 everything is composed, and ASCII
/// is every form.
bool has_form(std::string_view text, Normalizer::Kind kind) {
    const unsigned first_other = kind == Normalizer::Kind::nfc ? 0xCC : 0x80;
    return std::ranges::all_of(
        text, [&](char byte) { return static_cast<unsigned char>(byte) < first_other; });
}

void append_form(std::string_view text, utf8proc_option_t options, std::string& out) {
    utf8proc_uint8_t* mapped = nullptr;
    // With the length: text may hold NUL.
    const utf8proc_ssize_t length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
    PLUMB_CHECK(length >= 0, utf8proc_errmsg(length));
    out.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));
    std::free(mapped);
}

}  // namespace

std::string replace_all(std::string_view text, std::string_view pattern, std::string_view content) {
    std::string out;
    for (;;) {
        const std::size_t found = text.find(pattern);
        out += text.substr(0, found);
        if (found == text.npos) return out;
        out += content;
        text.remove_prefix(found + pattern.size());
    }
}

std::string_view Normalizer::apply(std::string_view text, std::string& buffer) const {
    for (const Step& step : steps_) {
        if (text.empty()) break;
        std::string changed;
        if (step.kind == Kind::prepend) {
            changed = step.content + std::string(text);
        } else if (step.kind == Kind::replace) {
            if (text.find(step.pattern) == text.npos) continue;
            changed = replace_all(text, step.pattern, step.content);
        } else {
            if (has_form(text, step.kind)) continue;
            const utf8proc_option_t options = form_options(step.kind);
            for_each_valid_stretch(
                text, [&](std::string_view part) { append_form(part, options, changed); },
                [&](std::string_view byte) { changed += byte; });
        }
        buffer = std::move(changed);
        text = buffer;
    }
    return text;
}

}  // namespace plumb
