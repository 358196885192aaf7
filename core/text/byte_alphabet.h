// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb {

/// GPT-2's names of the 256 bytes, under which byte-level vocabularies list them: printable
/// characters of Latin-1 stand for themselves, the others are U+0100 and following in their order.
/// The code point that stands for a byte:
char32_t byte_symbol(unsigned char byte);

/// Bytes as a vocabulary writes them: " a" is "Ġa".
std::string to_byte_symbols(std::string_view bytes);
/// The way back; empty where a character stands for no byte.
std::optional<std::string> from_byte_symbols(std::string_view text);
/// The same behind what bytes holds; false, and bytes as it was, where a character stands for none.
bool append_byte_symbols(std::string_view text, std::string& bytes);

}  // namespace plumb
