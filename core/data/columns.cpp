// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/strings.h"
#include "data/answers.h"
#include "data/chat_rows.h"
#include "data/column_access.h"
#include "data/rows.h"

namespace plumb {
namespace {

using Turns = std::vector<jinja::Value>;

/// Turns without what the assistant says at their end.
Result<Turns> before_answer(const Row& row, const std::string& column) {
    PLUMB_TRY(Turns turns, turns_of(row, column));
    while (!turns.empty() && role_of(turns.back()) == "assistant") turns.pop_back();
    if (turns.empty())
        return invalid_input(row.source() + ": column " + column +
                             " has nothing but turns of the assistant, so that there is no prompt. "
                             "Remove the row.");
    return turns;
}

/// Where the rows have their prompts, and how.
struct PromptForm {
    std::string column;
    bool is_chat = false;
    bool is_whole_chat = false;
    bool is_whole_text = false;
};

PromptForm prompt_form(const Row& first, const Settings& settings) {
    PromptForm form;
    form.column = first_present(first, prompt_names(settings));
    if (form.column.empty()) {
        form.column = conversation_column(first);
        form.is_whole_chat = !form.column.empty();
    }
    if (form.column.empty() && first.columns.contains(settings.dataset_text_field)) {
        form.column = settings.dataset_text_field;
        form.is_whole_chat = holds_turns(first, form.column);
        form.is_whole_text = !form.is_whole_chat;
    }
    form.is_chat = form.is_whole_chat || (!form.column.empty() && holds_turns(first, form.column));
    return form;
}

Result<std::string> prompt_text(const Row& row, const PromptForm& form, const Settings& settings,
                                const ChatFormat& chat) {
    if (form.is_chat) {
        PLUMB_TRY(const Turns turns, form.is_whole_chat ? before_answer(row, form.column)
                                                        : turns_of(row, form.column));
        return chat.prompt(row, turns);
    }
    PLUMB_TRY(std::string text, required_text(row, form.column));
    if (form.is_whole_text) text = cut_prompt(text, settings.prompt_length);
    return text;
}

Status check_assistant_only(const Row& first, bool is_chat, const ChatFormat& chat) {
    if (!is_chat)
        return invalid_input(first.source() +
                             " holds no conversation, but assistant_only_loss is true. Set it to "
                             "false, or give rows with messages.");
    PLUMB_TRY(const bool marks, chat.marks_assistant(first));
    if (marks) return {};
    return invalid_input(
        "assistant_only_loss is true, but the model's chat template has no {% generation %} block "
        "that would mark what the assistant says. Set it to false, or add the block to the "
        "template.");
}

Demonstration from_chat(const Row& row, ChatText text, bool assistant_only) {
    Demonstration demonstration{.prompt = std::move(text.prompt),
                                .completion = std::move(text.completion),
                                .source = row.source(),
                                .ended = false};
    if (assistant_only) demonstration.said = std::move(text.said);
    return demonstration;
}

}  // namespace

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
    return to_prompts(rows, settings, ChatFormat());
}

Result<std::vector<Prompt>> to_prompts(const std::vector<Row>& rows, const Settings& settings,
                                       const ChatFormat& chat) {
    std::vector<Prompt> prompts;
    if (rows.empty()) return prompts;
    const PromptForm form = prompt_form(rows[0], settings);
    if (form.column.empty())
        return missing_column(rows[0],
                              settings.prompt_column + " or " + settings.dataset_text_field,
                              "Set prompt_column to the one that holds the prompt.");
    prompts.reserve(rows.size());
    for (const auto& row : rows) {
        Prompt prompt{.text = {}, .answer = {}, .source = row.source()};
        PLUMB_TRY(prompt.text, prompt_text(row, form, settings, chat));
        const auto answer = row.columns.find(settings.answer_column);
        if (answer != row.columns.end()) prompt.answer = final_answer(answer->second.text);
        prompts.push_back(std::move(prompt));
    }
    return prompts;
}

Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings) {
    return to_demonstrations(rows, settings, ChatFormat());
}

Result<std::vector<Demonstration>> to_demonstrations(const std::vector<Row>& rows,
                                                     const Settings& settings,
                                                     const ChatFormat& chat) {
    std::vector<Demonstration> demonstrations;
    if (rows.empty()) return demonstrations;
    const std::string prompt = first_present(rows[0], prompt_names(settings));
    const std::array<std::string, 2> completions = {settings.completion_column, "answer"};
    const std::string completion = first_present(rows[0], completions);
    const bool in_two = !prompt.empty() && !completion.empty();
    std::string whole = conversation_column(rows[0]);
    if (whole.empty() && rows[0].columns.contains(settings.dataset_text_field))
        whole = settings.dataset_text_field;
    if (!in_two && whole.empty())
        return missing_column(rows[0],
                              prompt.empty() ? settings.dataset_text_field
                                             : settings.completion_column + " for column " + prompt,
                              "Supervised training needs " + settings.dataset_text_field +
                                  ", or messages, or " + settings.prompt_column + " and " +
                                  settings.completion_column +
                                  "; set dataset_text_field, prompt_column or completion_column.");
    const bool is_chat = holds_turns(rows[0], in_two ? completion : whole);
    const bool assistant_only = settings.assistant_only_loss;
    if (assistant_only) PLUMB_TRY_STATUS(check_assistant_only(rows[0], is_chat, chat));
    demonstrations.reserve(rows.size());
    for (const auto& row : rows) {
        if (is_chat) {
            Turns asked;
            if (in_two) {
                PLUMB_TRY(asked, turns_of(row, prompt));
            }
            PLUMB_TRY(const Turns turns, turns_of(row, in_two ? completion : whole));
            PLUMB_TRY(ChatText text,
                      in_two ? chat.in_two(row, asked, turns) : chat.whole(row, turns));
            demonstrations.push_back(from_chat(row, std::move(text), assistant_only));
            continue;
        }
        Demonstration demonstration{.prompt = {}, .completion = {}, .source = row.source()};
        if (in_two) {
            PLUMB_TRY(demonstration.prompt, required_text(row, prompt));
        }
        PLUMB_TRY(demonstration.completion, required_text(row, in_two ? completion : whole));
        demonstrations.push_back(std::move(demonstration));
    }
    return demonstrations;
}

}  // namespace plumb
