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

/// True only where the form leaves the text alone: below U+0300 everything is composed and no mark,
/// and ASCII is every form.
bool has_form(std::string_view text, Normalizer::Kind kind) {
    const bool only_marks =
        kind == Normalizer::Kind::nfc || kind == Normalizer::Kind::strip_accents;
    const unsigned first_other = only_marks ? 0xCC : 0x80;
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

std::string replace_matches(std::string_view text, const Normalizer::Step& step) {
    SplitPattern::Matcher matcher(step.regex);
    std::string out;
    for_each_valid_stretch(
        text,
        [&](std::string_view part) {
            std::size_t done = 0;
            for_each_match(matcher, part, [&](SplitPattern::Span match) {
                out += part.substr(done, match.begin - done);
                out += step.content;
                done = match.end;
            });
            out += part.substr(done);
        },
        [&](std::string_view byte) { out += byte; });
    return out;
}

/// Without white space at the ends.
std::string stripped(std::string_view text, const Normalizer::Step& step) {
    std::size_t begin = text.size(), end = 0;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        if (!point.value || !is_white_space(*point.value)) {
            begin = std::min(begin, i);
            end = i + point.length;
        }
        i += point.length;
    }
    if (begin == text.size() && (step.left || step.right)) return {};
    if (!step.left) begin = 0;
    if (!step.right) end = text.size();
    return std::string(text.substr(begin, end - begin));
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
        switch (step.kind) {
            case Kind::prepend: changed = step.content + std::string(text); break;
            case Kind::replace:
                if (!step.regex && text.find(step.pattern) == text.npos) continue;
                changed = step.regex ? replace_matches(text, step)
                                     : replace_all(text, step.pattern, step.content);
                break;
            case Kind::lowercase: changed = to_lower(text); break;
            case Kind::strip_accents:
                if (has_form(text, step.kind)) continue;
                changed = without_marks(text);
                break;
            case Kind::strip: changed = stripped(text, step); break;
            default:
                if (has_form(text, step.kind)) continue;
                for_each_valid_stretch(
                    text,
                    [&](std::string_view part) {
                        append_form(part, form_options(step.kind), changed);
                    },
                    [&](std::string_view byte) { changed += byte; });
        }
        buffer = std::move(changed);
        text = buffer;
    }
    return text;
}

}  // namespace plumb
