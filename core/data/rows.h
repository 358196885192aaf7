// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// What one row holds in one column.
struct Value {
    std::string text;     ///< numbers and other JSON values as their JSON text
    bool is_text = true;  ///< a string in the file
};

/// One row of a data set, with the place it came from. A column that is null is left out.
struct Row {
    std::map<std::string, Value> columns;
    std::shared_ptr<const std::string> file;
    std::int64_t line = 0;  ///< from 1

    /// "train.jsonl, line 3"
    std::string source() const { return *file + ", line " + std::to_string(line); }
};

/// The rows of the files in their order, each line checked. A .jsonl (.ndjson, .json) file gives
/// one row a line; any other file one row {text: line} for each line that is not blank, the column
/// being named text_column. A UTF-8 byte order mark, carriage returns at line ends and blank lines
/// are left out. Errors name the file and line: missing, empty, not JSON, not an object, invalid
/// UTF-8.
Result<std::vector<Row>> read_rows(const std::vector<std::string>& files,
                                   const std::string& text_column = "text");

/// A prompt with what reward rules need to know about it.
struct Prompt {
    std::string text;
    std::string answer = {};  ///< the reference answer; empty where there is none
    std::string source = {};  ///< file and line, for messages; empty for a generated one
};

class ChatFormat;

/// A supervised row. An empty prompt means that every token is trained on.
struct Demonstration {
    std::string prompt;
    std::string completion;
    std::string source = {};  ///< as in Prompt
    bool ended = true;        ///< an end token belongs behind it: a chat template writes its own
    /// Where only what the assistant says is trained on: its bytes [begin, end) of prompt and
    /// completion together.
    std::optional<std::vector<std::pair<std::size_t, std::size_t>>> said = {};
};

/// Rows as prompts. The first row decides where they stand: settings.prompt_column, else question
/// (GSM8K), else messages or conversations, without the assistant's last turn, else
/// settings.dataset_text_field, whose text is cut after prompt_length characters, moved back to the
/// last blank. Chat turns become the text that the model's template writes, with the beginning of
/// an answer. settings.answer_column, where a row has it, gives the reference answer (see
/// final_answer). Errors name the row: a missing column, a row of another form than the first, a
/// conversation without a chat template.
Result<std::vector<Prompt>> to_prompts(const std::vector<Row>& rows, const Settings& settings,
                                       const ChatFormat& chat);
Result<std::vector<Prompt>> to_prompts(const std::vector<Row>& rows, const Settings& settings);

/// Rows as supervised examples. The first row decides: prompt and completion (prompt_column or
/// question, completion_column or answer), both texts or both chat turns; else messages or
/// conversations, all of it; else the whole of dataset_text_field. With
/// settings.assistant_only_loss only what the assistant says is trained on, which needs
/// conversations and a template that marks it. Errors as above.
Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings,
                                                     const ChatFormat& chat);
Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings);

/// The first `characters` code points of the text, moved back to the last blank if that cuts a
/// word and is not all of it. 0: the whole text.
std::string_view cut_prompt(std::string_view text, std::int64_t characters);

}  // namespace plumb
