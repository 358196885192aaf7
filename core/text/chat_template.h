// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "text/jinja/meter.h"
#include "text/jinja/value.h"
#include "text/tokenizer.h"

namespace plumb {

/// What a chat template is rendered for.
struct ChatInput {
    /// A list of dicts with role, content (a text, or a list of parts) and whatever else the
    /// template looks at, such as tool_calls or name; jinja::value_from_json() makes one.
    jinja::Value messages;
    jinja::Value tools = jinja::None{};  ///< a list of JSON schemas
    bool add_generation_prompt = false;
    /// Further variables, such as enable_thinking; they go before the template's own.
    std::vector<std::pair<std::string, jinja::Value>> variables = {};
};

struct RenderedChat {
    std::string text;
    /// The bytes [begin, end) of text that {% generation %} blocks wrote: what the assistant says.
    std::vector<std::pair<std::size_t, std::size_t>> generated;
};

/// The chat template of a model: a program in the template language Jinja, as far as published
/// templates use it. Whitespace, printing and JSON are those of transformers. Immutable: any thread
/// may use it.
class ChatTemplate {
public:
    /// name: for messages, such as the file. Errors name it with line and column: a mistake in the
    /// template, or something that is not supported.
    static Result<ChatTemplate> read(std::string source, std::string name);

    ChatTemplate(ChatTemplate&&) noexcept;
    ChatTemplate& operator=(ChatTemplate&&) noexcept;
    ~ChatTemplate();

    /// Variables that every rendering has: bos_token, eos_token ...
    void set_variable(std::string name, jinja::Value value);

    /// Errors: the template refuses the messages or goes wrong, with line and column; or it takes
    /// more work or memory than the limits allow.
    Result<RenderedChat> render(const ChatInput& input, const jinja::Limits& limits = {}) const;

    const std::string& source() const;
    /// Whether it has {% generation %} blocks, without which assistant_mask() is all 0.
    bool marks_generation() const;

private:
    struct Parts;
    explicit ChatTemplate(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// The template of a model folder: chat_template.jinja, else chat_template of tokenizer_config.json
/// (of a list of named ones, "default"), with the special tokens of tokenizer_config.json as
/// variables. Null where the folder has none. Errors: a file that cannot be read, a template that
/// is not understood.
Result<std::shared_ptr<const ChatTemplate>> load_chat_template(const std::filesystem::path& folder);

/// The text of that template as it stands there, also where it is not understood; nothing where the
/// folder has none. Errors: a file that cannot be read.
Result<std::optional<std::string>> chat_template_text(const std::filesystem::path& folder);

/// Per token 1 where it stands within what the assistant says, as transformers'
/// return_assistant_tokens_mask has it: the tokens from the first to the last character of each
/// range. ids: of the text.
std::vector<std::int64_t> assistant_mask(const RenderedChat& chat,
                                         const std::vector<std::int64_t>& ids,
                                         const Tokenizer& tokenizer);

}  // namespace plumb
