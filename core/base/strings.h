// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// Reads the whole text as a number by C's rules, whatever the locale (QApplication may set one
/// with a decimal comma). "nan" and "inf" are numbers here; surrounding blanks are not.
std::optional<double> parse_double(std::string_view text);
std::optional<std::int64_t> parse_int(std::string_view text);

/// The shortest text that reads back as the same number.
std::string format_number(double value);
/// With a fixed number of digits after the point.
std::string format_fixed(double value, int digits);
/// "532 B", "1.4 MB", "2.0 GB".
std::string format_bytes(std::uint64_t bytes);
/// "4 s", "2 min 05 s", "1 h 10 min".
std::string format_duration(double seconds);

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The candidate with the smallest edit distance to the word, or nothing when none is near.
std::optional<std::string> nearest_name(std::string_view word,
                                        std::span<const std::string> candidates);

/// The byte offset of the first byte that is not UTF-8, or nothing when all of it is.
std::optional<std::size_t> invalid_utf8_offset(std::string_view text);

/// The code points of valid UTF-8 text, each as its bytes.
std::vector<std::string_view> utf8_characters(std::string_view text);

/// 64 bits of FNV-1a; not for secrets.
std::uint64_t text_hash(std::string_view text);
/// The same as 16 hexadecimal digits: names for cache entries.
std::string hash_hex(std::string_view text);

}  // namespace plumb
