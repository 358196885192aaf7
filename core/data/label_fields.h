// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb {

/// One message of a conversation.
struct ChatTurn {
    std::string role, content;
    friend bool operator==(const ChatTurn&, const ChatTurn&) = default;
};

/// What a row holds in one column.
struct LabelField {
    enum class Kind {
        text,   ///< a string
        chat,   ///< a list of {"role": string, "content": string}, not empty
        flag,   ///< true or false, also 0 or 1
        other,  ///< anything that no column of a label file may hold
    };
    Kind kind = Kind::other;
    std::string text = {};  ///< of other, what it is: "a number"
    std::vector<ChatTurn> turns = {};
    bool flag = false;
};

/// The columns of one row that somebody asked for. A column that is null is left out.
struct LabelFields {
    std::map<std::string, LabelField> columns;
    std::string present;  ///< the names of all columns, for messages: "prompt, chosen", or "none"
    std::vector<std::string> names;  ///< of all columns, at most most_label_columns
};

/// Names of columns that are kept of a row.
inline constexpr std::size_t most_label_columns = 100;

/// Values that a row may nest within each other.
inline constexpr int deepest_label_row = 64;

/// Reads one line of JSON, which must be UTF-8, and keeps the wanted columns. Takes neither stack
/// nor memory for what is nested in others. The error's message goes behind "FILE, row N: ": not
/// JSON (with the column), not an object, nested too deep.
Result<LabelFields> read_label_fields(std::string_view line, const std::set<std::string>& wanted);

/// Chat turns as compact JSON, [{"role":"user","content":"hi"}], and back; of what is not a list of
/// turns, none.
std::string chat_json(const std::vector<ChatTurn>& turns);
std::vector<ChatTurn> read_chat_json(std::string_view json);

/// The beginning of a text that may be long or hold control characters, for a message.
std::string shown(std::string_view text, std::size_t bytes = 60);

}  // namespace plumb
