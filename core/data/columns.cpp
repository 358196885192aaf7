// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/strings.h"
#include "data/answers.h"
#include "data/column_access.h"
#include "data/rows.h"

namespace plumb {

std::string_view cut_prompt(std::string_view text, std::int64_t characters) {
    if (characters <= 0) return text;
    const auto all = utf8_characters(text);
    const auto count = static_cast<std::size_t>(characters);
    if (all.size() <= count) return text;
    const auto end = static_cast<std::size_t>(all[count].data() - text.data());
    const std::string_view cut = text.substr(0, end);
    const std::size_t blank = all[count] == " " ? end : cut.rfind(' ');
    // A stretch of nothing but blanks would leave no prompt.
    if (blank == std::string_view::npos || trim(cut.substr(0, blank)).empty()) return cut;
    return text.substr(0, blank);
}

Result<std::vector<Prompt>> to_prompts(const std::vector<Row>& rows, const Settings& settings) {
    std::vector<Prompt> prompts;
    if (rows.empty()) return prompts;
    const std::string& text_column = settings.dataset_text_field;
    const std::string column = first_present(rows[0], prompt_names(settings));
    if (column.empty() && !rows[0].columns.contains(text_column))
        return missing_column(rows[0], settings.prompt_column + " or " + text_column,
                              "Set prompt_column to the one that holds the prompt.");
    prompts.reserve(rows.size());
    for (const auto& row : rows) {
        Prompt prompt{.text = {}, .answer = {}, .source = row.source()};
        PLUMB_TRY(prompt.text, required_text(row, column.empty() ? text_column : column));
        if (column.empty()) prompt.text = cut_prompt(prompt.text, settings.prompt_length);
        const auto answer = row.columns.find(settings.answer_column);
        if (answer != row.columns.end()) prompt.answer = final_answer(answer->second.text);
        prompts.push_back(std::move(prompt));
    }
    return prompts;
}

Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings) {
    std::vector<Demonstration> demonstrations;
    if (rows.empty()) return demonstrations;
    const std::string& text_column = settings.dataset_text_field;
    const std::string prompt = first_present(rows[0], prompt_names(settings));
    const std::array<std::string, 2> completions = {settings.completion_column, "answer"};
    const std::string completion = first_present(rows[0], completions);
    const bool in_two = !prompt.empty() && !completion.empty();
    if (!in_two && !rows[0].columns.contains(text_column))
        return missing_column(
            rows[0],
            prompt.empty() ? text_column : settings.completion_column + " for column " + prompt,
            "Supervised training needs " + text_column + ", or " + settings.prompt_column +
                " and " + settings.completion_column +
                "; set dataset_text_field, prompt_column or completion_column.");
    demonstrations.reserve(rows.size());
    for (const auto& row : rows) {
        Demonstration demonstration{.prompt = {}, .completion = {}, .source = row.source()};
        if (in_two) {
            PLUMB_TRY(demonstration.prompt, required_text(row, prompt));
        }
        PLUMB_TRY(demonstration.completion, required_text(row, in_two ? completion : text_column));
        demonstrations.push_back(std::move(demonstration));
    }
    return demonstrations;
}

}  // namespace plumb
