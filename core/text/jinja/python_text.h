// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/jinja/value.h"

namespace plumb::jinja {

// Texts as Python counts, prints and compares them. Bytes that are not UTF-8 count one each.

std::size_t character_count(std::string_view bytes);
/// The byte where the character begins; the size where there are fewer characters.
std::size_t byte_of_character(std::string_view bytes, std::size_t character);
/// Calls on_character for each character.
template <class OnCharacter>
void for_each_character(std::string_view bytes, OnCharacter on_character);

/// repr(float): 1.0, 1e+16, nan.
std::string float_text(double value);
/// str(value) and repr(value). Problem: a value that has no text of its own (a macro, a loop).
std::string to_text(const Value& value, Meter& meter);
std::string to_repr(const Value& value, Meter& meter);

struct JsonStyle {
    bool ensure_ascii = false;
    bool sort_keys = false;
    std::string indent = {};  ///< of one level
    bool on_lines = false;    ///< indent was given
    std::string between_items = ", ";
    std::string behind_key = ": ";
};
/// json.dumps(value). Problem: a value that JSON cannot hold.
std::string to_json(const Value& value, const JsonStyle& style, Meter& meter);

/// str.isspace() of a character.
bool is_python_space(char32_t code_point);
std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);
/// Characters out of the set.
std::string_view strip_left(std::string_view text, std::string_view set);
std::string_view strip_right(std::string_view text, std::string_view set);

enum class Case { upper, lower, title, capitalize, swap };
std::string change_case(std::string_view text, Case how, Meter& meter);

/// Where the needle first stands at or behind the offset, in time that is linear in both.
std::size_t find_text(std::string_view haystack, std::string_view needle, std::size_t offset = 0);
/// str.replace(); count below 0: all.
std::string replace_text(std::string_view text, std::string_view old, std::string_view by,
                         std::int64_t count, Meter& meter);

}  // namespace plumb::jinja

#include "text/unicode.h"

namespace plumb::jinja {

template <class OnCharacter>
void for_each_character(std::string_view bytes, OnCharacter on_character) {
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = code_point_at(bytes, i).length;
        on_character(bytes.substr(i, length));
        i += length;
    }
}

}  // namespace plumb::jinja
