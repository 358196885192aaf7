// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/meter.h"

namespace plumb::jinja {

/// A place in the source, from 1; columns count characters.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;
};

/// A Problem with its place.
struct PlacedProblem {
    Position at;
    std::string message;
};

struct Token {
    enum class Kind {
        data,         ///< text between the tags
        print_begin,  ///< {{
        print_end,
        block_begin,  ///< {%
        block_end,
        name,
        text,  ///< the string literal's content
        integer,
        real,
        sign,  ///< an operator or bracket
        end,   ///< of the template
    };
    Kind kind = Kind::end;
    std::string content = {};
    Position at = {};
};

/// The tokens of a template, with trim_blocks and lstrip_blocks on and the newline at the end of
/// the source left out, as transformers sets Jinja up; the last one is the end. Throws
/// PlacedProblem.
std::vector<Token> read_tokens(std::string_view source);

}  // namespace plumb::jinja
