// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/unicode.h"

#include <utf8proc.h>

namespace plumb {
namespace {

/// Continuation bytes and smallest code point of a sequence that starts with this byte.
struct Lead {
    std::size_t tail = 0;
    char32_t bits = 0;
    char32_t smallest = 0;
};

std::optional<Lead> read_lead(unsigned char byte) {
    if ((byte & 0xE0) == 0xC0) return Lead{1, byte & 0x1Fu, 0x80};
    if ((byte & 0xF0) == 0xE0) return Lead{2, byte & 0x0Fu, 0x800};
    if ((byte & 0xF8) == 0xF0) return Lead{3, byte & 0x07u, 0x10000};
    return std::nullopt;
}

/// Bytes of the longest beginning of a valid sequence at the offset, where none is complete.
std::size_t broken_length(std::string_view bytes, std::size_t offset) {
    const auto at = [&](std::size_t i) {
        return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
    };
    const unsigned first = at(offset), second = at(offset + 1);
    const std::optional<Lead> lead = read_lead(static_cast<unsigned char>(first));
    if (!lead || first < 0xC2 || first > 0xF4) return 1;
    // The second byte decides whether the code point is too small, too large or a surrogate.
    const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) return 1;
    std::size_t length = 2;
    while (length <= lead->tail && (at(offset + length) & 0xC0) == 0x80) ++length;
    return length;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t offset) {
    const auto first = static_cast<unsigned char>(text[offset]);
    if (first < 0x80) return {first, 1};
    const std::optional<Lead> lead = read_lead(first);
    if (!lead || offset + lead->tail >= text.size()) return {};
    char32_t value = lead->bits;
    for (std::size_t i = 1; i <= lead->tail; ++i) {
        const auto byte = static_cast<unsigned char>(text[offset + i]);
        if ((byte & 0xC0) != 0x80) return {};
        value = (value << 6) | (byte & 0x3Fu);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < lead->smallest || value > 0x10FFFF || surrogate) return {};
    return {value, lead->tail + 1};
}

void append_utf8(char32_t c, std::string& text) {
    const auto tail = [&](int shift) {
        text += static_cast<char>(0x80 | (static_cast<unsigned>(c >> shift) & 0x3F));
    };
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c < 0x800) {
        text += static_cast<char>(0xC0 | (c >> 6));
        tail(0);
    } else if (c < 0x10000) {
        text += static_cast<char>(0xE0 | (c >> 12));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | (c >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::string replace_invalid_utf8(std::string bytes) {
    std::size_t i = 0;
    while (i < bytes.size()) {
        const CodePoint point = code_point_at(bytes, i);
        if (!point.value) break;
        i += point.length;
    }
    if (i == bytes.size()) return bytes;
    std::string text = bytes.substr(0, i);
    while (i < bytes.size()) {
        const CodePoint point = code_point_at(bytes, i);
        const std::size_t length = character_length(bytes, i);
        text += point.value ? std::string_view(bytes).substr(i, length) : replacement_character;
        i += length;
    }
    return text;
}

std::size_t character_length(std::string_view bytes, std::size_t offset) {
    const CodePoint point = code_point_at(bytes, offset);
    return point.value ? point.length : broken_length(bytes, offset);
}

bool is_white_space(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_word_character(char32_t c) {
    if (c < 0x80)
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
               (c >= 'A' && c <= 'Z');
    if (c == 0x200C || c == 0x200D) return true;
    // Circled and squared letters are symbols that count as letters.
    if ((c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
        (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189))
        return true;
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL) ||
           category == UTF8PROC_CATEGORY_PC;
}

std::string to_lower(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        // The one letter whose small form has two code points.
        if (point.value == char32_t{0x130})
            out += "i\xCC\x87";
        else if (point.value)
            append_utf8(static_cast<char32_t>(
                            utf8proc_tolower(static_cast<utf8proc_int32_t>(*point.value))),
                        out);
        else
            out += text[i];
        i += point.length;
    }
    return out;
}

std::string without_marks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        const utf8proc_category_t category =
            point.value ? utf8proc_category(static_cast<utf8proc_int32_t>(*point.value))
                        : UTF8PROC_CATEGORY_CN;
        if (category < UTF8PROC_CATEGORY_MN || category > UTF8PROC_CATEGORY_ME)
            out += text.substr(i, point.length);
        i += point.length;
    }
    return out;
}

}  // namespace plumb
