// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/jinja/objects.h"
#include "text/jinja/value.h"

namespace plumb::jinja {

// What a template can call; null where there is no such thing.

Function find_filter(std::string_view name);
Function find_test(std::string_view name);
Function find_text_filter(std::string_view name);
Function find_list_filter(std::string_view name);

/// namespace, range, dict, joiner, raise_exception, strftime_now.
Function find_global(std::string_view name);
/// text.upper, list.index, dict.items ... as functions of that value; undefined where the type has
/// no such method. Methods that change a value are Problems, as in Jinja's immutable sandbox.
Value find_method(const Value& self, std::string_view name);
Function find_text_method(std::string_view name);

/// The whole number of an argument.
std::int64_t require_integer(const Value& value, const char* what);
const Text& require_text(const Value& value, const char* what);

/// str.split() in pieces at white space or at the separator; most below 0: all.
Value split_text(std::string_view text, const Value& separator, std::int64_t most, Meter& meter);
/// "%s" % values; values: a tuple, a dict or one value.
std::string format_percent(std::string_view format, const Value& values, Meter& meter);

}  // namespace plumb::jinja
