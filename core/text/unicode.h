// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumb {

/// U+FFFD, which stands for what cannot be shown.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// One step through UTF-8 text.
struct CodePoint {
    std::optional<char32_t> value;  ///< empty: the byte belongs to no valid sequence
    std::size_t length = 1;         ///< bytes to go on by
};

/// The code point at the offset. Precondition: offset < text.size().
CodePoint code_point_at(std::string_view text, std::size_t offset);

/// The code point as UTF-8. Precondition: it is one that UTF-8 can hold.
void append_utf8(char32_t code_point, std::string& text);

/// UTF-8 with U+FFFD for what is none: one for each longest beginning of a sequence that breaks
/// off, as Unicode recommends and Rust's from_utf8_lossy does.
std::string replace_invalid_utf8(std::string bytes);
/// How many bytes go in there for one character: its own, or those that one U+FFFD stands for.
/// Precondition: offset < bytes.size().
std::size_t character_length(std::string_view bytes, std::size_t offset);

/// Unicode's White_Space property, at which word tokenizers split.
bool is_white_space(char32_t code_point);

/// What stands in words, as regular expressions of Unicode have it (\w): letters, marks, digits,
/// connecting punctuation and the two joiners.
bool is_word_character(char32_t code_point);
/// Letters in small ones, one by one.
std::string to_lower(std::string_view text);
/// The text without its marks (combining accents).
std::string without_marks(std::string_view text);

/// Calls on_word for each stretch of text between white space.
template <class OnWord>
void for_each_word(std::string_view text, OnWord on_word) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        if (point.value && is_white_space(*point.value)) {
            if (i > begin) on_word(text.substr(begin, i - begin));
            begin = i + point.length;
        }
        i += point.length;
    }
    if (begin < text.size()) on_word(text.substr(begin));
}

/// Calls on_valid for each stretch of valid UTF-8 and on_byte for each byte between them.
template <class OnValid, class OnByte>
void for_each_valid_stretch(std::string_view text, OnValid on_valid, OnByte on_byte) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        if (point.value) {
            i += point.length;
            continue;
        }
        if (i > begin) on_valid(text.substr(begin, i - begin));
        on_byte(text.substr(i, 1));
        begin = ++i;
    }
    if (begin < text.size()) on_valid(text.substr(begin));
}

}  // namespace plumb
