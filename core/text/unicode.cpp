// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/unicode.h"

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

bool is_white_space(char32_t c) {
    if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace plumb
