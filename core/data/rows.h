// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// One row of a data set: column name to text (numbers and other JSON values as their JSON text).
using Row = std::map<std::string, std::string>;

/// The rows of the files in their order, each line checked. A .jsonl file gives one row a line; any
/// other file one row {text: line} for each line that is not blank.
/// Errors name the file and line: missing, empty, not JSON, not an object, invalid UTF-8.
Result<std::vector<Row>> read_rows(const std::vector<std::string>& files);

/// A prompt with what reward rules need to know about it.
struct Prompt {
    std::string text;
    std::string answer;  ///< the reference answer; empty where there is none
};

/// A supervised row. An empty prompt means that every token is trained on.
struct Demonstration {
    std::string prompt;
    std::string completion;
};

/// GSM8K's columns are mapped: question is the prompt, the text after #### in answer the reference
/// answer.
/// Rows as prompts (column prompt_column or question; a text row is cut after prompt_length
/// characters, moved back to the last blank). A missing column names those present.
Result<std::vector<Prompt>> to_prompts(const std::vector<Row>& rows, const Settings& settings,
                                       const std::string& origin);
/// Rows as supervised examples: text, or prompt and completion (question and answer).
Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings,
                                                     const std::string& origin);

/// The text after the last "####", trimmed and without thousands separators; the whole trimmed
/// text where there is none.
std::string final_answer(std::string_view answer);

}  // namespace plumb
