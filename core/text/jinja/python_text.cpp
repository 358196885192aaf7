// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja/python_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include <utf8proc.h>

namespace plumb::jinja {
namespace {

char32_t upper_of(char32_t c) {
    return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}
char32_t lower_of(char32_t c) {
    return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

bool in_set(std::string_view set, std::string_view character) {
    bool found = false;
    for_each_character(set, [&](std::string_view other) { found = found || other == character; });
    return found;
}

/// The last character of a text that is not empty.
std::string_view last_character(std::string_view text) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 &&
           (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
        --begin;
    if (code_point_at(text, begin).length != text.size() - begin) begin = text.size() - 1;
    return text.substr(begin);
}

bool is_space(std::string_view character) {
    const auto value = code_point_at(character, 0).value;
    return value && is_python_space(*value);
}

}  // namespace

std::size_t character_count(std::string_view bytes) {
    // Bytes of pure ASCII go fast.
    std::size_t i = 0;
    while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) ++i;
    std::size_t count = i;
    for_each_character(bytes.substr(i), [&](std::string_view) { ++count; });
    return count;
}

std::size_t byte_of_character(std::string_view bytes, std::size_t character) {
    std::size_t i = 0;
    while (i < bytes.size() && character > 0) {
        i += code_point_at(bytes, i).length;
        --character;
    }
    return i;
}

std::string float_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::array<char, 32> buffer{};
    const auto scientific = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::scientific);
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(scientific.ptr - buffer.data()));
    int exponent = 0;
    const std::size_t e = text.find('e');
    const char* digits = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
    std::from_chars(digits, text.data() + text.size(), exponent);
    if (exponent < -4 || exponent >= 16) return std::string(text);
    std::array<char, 64> plain{};
    const auto fixed =
        std::to_chars(plain.data(), plain.data() + plain.size(), value, std::chars_format::fixed);
    std::string result(plain.data(), fixed.ptr);
    if (result.find('.') == std::string::npos) result += ".0";
    return result;
}

bool is_python_space(char32_t code_point) {
    return is_white_space(code_point) || (code_point >= 0x1C && code_point <= 0x1F);
}

std::string_view strip_left(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = code_point_at(text, 0).length;
        if (!is_space(text.substr(0, length))) break;
        text.remove_prefix(length);
    }
    return text;
}

std::string_view strip_right(std::string_view text) {
    while (!text.empty()) {
        const std::string_view last = last_character(text);
        if (!is_space(last)) break;
        text.remove_suffix(last.size());
    }
    return text;
}

std::string_view strip_left(std::string_view text, std::string_view set) {
    while (!text.empty()) {
        const std::size_t length = code_point_at(text, 0).length;
        if (!in_set(set, text.substr(0, length))) break;
        text.remove_prefix(length);
    }
    return text;
}

std::string_view strip_right(std::string_view text, std::string_view set) {
    while (!text.empty()) {
        const std::string_view last = last_character(text);
        if (!in_set(set, last)) break;
        text.remove_suffix(last.size());
    }
    return text;
}

std::string change_case(std::string_view text, Case how, Meter& meter) {
    meter.work_on_characters(4 * text.size());
    std::string result;
    bool first = true, in_word = false;
    for_each_character(text, [&](std::string_view character) {
        const auto point = code_point_at(character, 0).value;
        if (!point) {
            result += character;
            return;
        }
        const bool cased = upper_of(*point) != *point || lower_of(*point) != *point;
        bool upper = how == Case::upper;
        if (how == Case::title) upper = !in_word;
        if (how == Case::capitalize) upper = first;
        if (how == Case::swap) upper = lower_of(*point) == *point;
        if (upper && *point == 0xDF)  // sharp s has no capital form of one letter in Python
            result += how == Case::upper || how == Case::swap ? "SS" : "Ss";
        else
            append_utf8(upper ? upper_of(*point) : lower_of(*point), result);
        first = false;
        in_word = cased;
    });
    return result;
}

std::size_t find_text(std::string_view haystack, std::string_view needle, std::size_t offset) {
    if (offset > haystack.size()) return std::string_view::npos;
    if (needle.empty()) return offset;
    // std::string::find takes time that is the product of both lengths at worst.
    const void* found =
        memmem(haystack.data() + offset, haystack.size() - offset, needle.data(), needle.size());
    if (!found) return std::string_view::npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - haystack.data());
}

std::string replace_text(std::string_view text, std::string_view old, std::string_view by,
                         std::int64_t count, Meter& meter) {
    std::string result;
    const auto append = [&](std::string_view part) {
        meter.check_size(result.size() + part.size());
        result += part;
    };
    std::size_t done = 0;
    while (count != 0) {
        std::size_t found = done;
        if (old.empty()) {  // before each character, and at the end
            meter.work(1);
            append(by);
            --count;
            if (done == text.size()) return result;
            const std::size_t length = code_point_at(text, done).length;
            append(text.substr(done, length));
            done += length;
            continue;
        }
        found = find_text(text, old, done);
        if (found == std::string_view::npos) break;
        append(text.substr(done, found - done));
        append(by);
        done = found + old.size();
        --count;
    }
    append(text.substr(done));
    meter.work_on_bytes(text.size());
    return result;
}

}  // namespace plumb::jinja
