// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/rows.h"
#include "text/chat_template.h"

namespace plumb {

/// Columns with a whole conversation; the second has the turns of ShareGPT, {"from", "value"}.
inline constexpr std::array<const char*, 2> conversation_columns = {"messages", "conversations"};

/// Whether the row has chat turns in that column: a list of objects.
bool holds_turns(const Row& row, const std::string& column);
/// The column with the row's whole conversation; empty: it has none.
std::string conversation_column(const Row& row);

/// The turns in a column as role and content, with whatever else a turn has. ShareGPT's names of
/// roles become those of templates. Errors name the row, the column and the turn.
Result<std::vector<jinja::Value>> turns_of(const Row& row, const std::string& column);
/// The turn's role; every turn has one.
std::string_view role_of(const jinja::Value& turn);

/// Text of a conversation in two parts: prompt + completion is the conversation as the template
/// writes it.
struct ChatText {
    std::string prompt, completion;
    std::vector<std::pair<std::size_t, std::size_t>>
        said;  ///< by the assistant: bytes of both parts
};

/// Writes the conversations of rows down by the chat template of the model that learns from them.
/// A row's columns tools and chat_template_kwargs go to the template. One thread at a time.
class ChatFormat {
public:
    /// The template is that of the first folder that has one; it is read when the first row asks
    /// for it, so that rows of plain text need none.
    explicit ChatFormat(std::vector<std::filesystem::path> folders = {});

    /// For a model that is not there yet: conversations are written down somehow, so that rows can
    /// be checked.
    static ChatFormat stand_in();

    /// The turns with the beginning of an answer behind them, which is sampled or trained on.
    /// Behind a last turn of the assistant its text goes on instead.
    Result<std::string> prompt(const Row& row, const std::vector<jinja::Value>& turns) const;
    /// A whole conversation, all of it completion.
    Result<ChatText> whole(const Row& row, const std::vector<jinja::Value>& turns) const;
    /// Prompt and completion; the prompt ends where writing it alone and with the completion first
    /// differ.
    Result<ChatText> in_two(const Row& row, const std::vector<jinja::Value>& prompt,
                            const std::vector<jinja::Value>& completion) const;
    /// Whether the template marks what the assistant says. Errors: there is no template.
    Result<bool> marks_assistant(const Row& row) const;

private:
    Result<const ChatTemplate*> chat_template(const Row& row) const;
    Result<RenderedChat> render(const Row& row, const std::vector<jinja::Value>& turns,
                                bool add_generation_prompt) const;

    std::vector<std::filesystem::path> folders_;
    mutable std::optional<Result<std::shared_ptr<const ChatTemplate>>> loaded_;
};

/// How many bytes both texts begin with, whole characters of UTF-8.
std::size_t shared_bytes(std::string_view a, std::string_view b);

}  // namespace plumb
