// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
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

/// A supervised row. An empty prompt means that every token is trained on.
struct Demonstration {
    std::string prompt;
    std::string completion;
    std::string source = {};  ///< as in Prompt
};

/// Rows as prompts. The first row decides where they stand: settings.prompt_column, else question
/// (GSM8K), else settings.dataset_text_field, whose text is cut after prompt_length characters,
/// moved back to the last blank. settings.answer_column, where a row has it, gives the reference
/// answer (see final_answer). A missing column is an error that names those present.
Result<std::vector<Prompt>> to_prompts(const std::vector<Row>& rows, const Settings& settings);

/// Rows as supervised examples. The first row decides: prompt and completion (prompt_column or
/// question, completion_column or answer), else the whole of dataset_text_field.
Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings);

/// The first `characters` code points of the text, moved back to the last blank if that cuts a
/// word and is not all of it. 0: the whole text.
std::string_view cut_prompt(std::string_view text, std::int64_t characters);

}  // namespace plumb
