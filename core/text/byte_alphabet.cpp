// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/byte_alphabet.h"

#include <array>
#include <cstdint>

#include "text/unicode.h"

namespace plumb {
namespace {

constexpr bool stands_for_itself(int byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Alphabet {
    std::array<char32_t, 256> symbols{};
    std::array<std::int16_t, 0x144> bytes{};  ///< by symbol; -1: none
};

constexpr Alphabet make_alphabet() {
    Alphabet alphabet;
    alphabet.bytes.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
        const char32_t symbol = stands_for_itself(byte) ? static_cast<char32_t>(byte) : next++;
        alphabet.symbols[static_cast<std::size_t>(byte)] = symbol;
        alphabet.bytes[symbol] = static_cast<std::int16_t>(byte);
    }
    return alphabet;
}

constexpr Alphabet alphabet = make_alphabet();

}  // namespace

char32_t byte_symbol(unsigned char byte) { return alphabet.symbols[byte]; }

std::string to_byte_symbols(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 4);
    for (const char byte : bytes) append_utf8(byte_symbol(static_cast<unsigned char>(byte)), text);
    return text;
}

std::optional<std::string> from_byte_symbols(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    if (!append_byte_symbols(text, bytes)) return std::nullopt;
    return bytes;
}

bool append_byte_symbols(std::string_view text, std::string& bytes) {
    const std::size_t before = bytes.size();
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        const bool known = point.value && *point.value < alphabet.bytes.size();
        const int byte = known ? alphabet.bytes[*point.value] : -1;
        if (byte < 0) {
            bytes.resize(before);
            return false;
        }
        bytes += static_cast<char>(byte);
        i += point.length;
    }
    return true;
}

}  // namespace plumb
